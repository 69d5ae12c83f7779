/* SPDX-License-Identifier: MIT */
/* Convolution for cores with the DSP extension (Cortex-M4, M7, M33), from pairs of weights.
   Inputs of four pixels, or of one, are widened to int16 on the stack, as many as there is room
   for, and multiplied with all pairs of output channels. If there are more inputs, the sums of some
   pairs wait there, too. Takes 1.3 KB of stack, all that is called included. */
#include "gemm.h"

#include <string.h>

#include "quant.h"

#define OFFSET(field) (offsetof(tml_filter_t, field) - TML_ROOM)
typedef char tml_filter_layout[
    OFFSET(begin) == TML_AT_BEGIN && OFFSET(step) == TML_AT_STEP &&
    OFFSET(pair.weights) == TML_AT_WEIGHTS && OFFSET(pair.mult) == TML_AT_MULT &&
    OFFSET(pair.bias) == TML_AT_BIAS && OFFSET(out) == TML_AT_OUT &&
    OFFSET(last) == TML_AT_LAST && OFFSET(sums_out) == TML_AT_SUMS_OUT &&
    OFFSET(sums_end) == TML_AT_SUMS_END && OFFSET(zero) == TML_AT_ZERO &&
    OFFSET(words) == TML_AT_WORDS && OFFSET(done) == TML_AT_DONE &&
    OFFSET(done[1]) == TML_AT_QUANTISE && OFFSET(one_factor) == TML_AT_ONE_FACTOR ? 1 : -1];

void tml_filter_begin(tml_filter_t *f)
{
    f->one_factor = 0;
    f->windows = NULL;
    f->pixels = 0;
}

void tml_widen_bytes(const int8_t *in, int16_t *wide, uint32_t k, uint32_t bytes)
{
    uint32_t i = 0;
    if (k % 4 == 0 && bytes >= 4) {
        i = bytes & ~3u;
        tml_widen1(in, (int32_t *)(void *)wide, bytes / 4);
    }
    for (; i < bytes; i++) {
        const uint32_t input = k % 4 + i;
        wide[(input & ~3u) | (input & 1) << 1 | (input >> 1 & 1)] = in[i];
    }
}

/* Widens inputs k ... k + count - 1, count a multiple of 4, and multiplies them with the pairs from
   f->pair on. Behind the last input are zeros. */
static void multiply(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count)
{
    const uint32_t there = tml_least(count, f->inputs - k);
    f->words = count / 2;
    if (there != count) {
        volatile int32_t *last = f->room + TML_ROOM / 4;        /* no memset for so few */
        for (uint32_t i = 2 * pixels; i != 0; i--) {
            *--last = 0;
        }
    }
    if (f->windows != NULL) {
        tml_widen_windows(f, pixels, k, there);
    } else {
        tml_widen(f, pixels, k, 0, there);
    }
    if (pixels == 4) {
        tml_gemm4(f);
    } else {
        tml_gemm1(f);
    }
}

/* Adds sums of a chunk, as gemm.S leaves them, to the sums of all chunks. Where w0 + 256 * w1 was
   too low for a halfword, it took w1 = 128 for -128. */
static void add_sums(tml_filter_t *f, uint32_t pixels, const int16_t *weights, uint32_t k,
                     uint32_t count)
{
    const int16_t *wide = (const int16_t *)(const void *)(f->room + TML_ROOM / 4)
                          - pixels * count;
    for (int32_t *sum = f->room; sum < f->sums_end; weights += f->step / 2) {
        for (uint32_t p = 0; p < pixels; p++, sum += 2) {
            int32_t *all = sum + TML_SUM_WORDS / 2;
            int32_t odd = (int32_t)((uint32_t)sum[1] - (uint32_t)sum[0]) >> 8;
            for (uint32_t i = 0; i < count; i++) {
                if (weights[i] >= 0x7f80) {
                    odd -= 256 * wide[2 * (i / 2 * pixels + p) + i % 2];
                }
            }
            all[0] = k == 0 ? sum[0] : tml_wrap_add(all[0], sum[0]);
            all[1] = k == 0 ? odd : tml_wrap_add(all[1], odd);
        }
    }
}

/* Bytes of the sums of some channels, any multiplier and any limits. Each chunk's sum of an even
   channel began with the bias. */
static void requantise(tml_filter_t *f, uint32_t pixels, uint32_t channels, uint32_t chunks)
{
    const tml_pair_t *from = &f->pair;
    for (uint32_t c = 0; c < channels; c++) {
        const uint32_t i = f->one_factor ? c % 2 : c;
        const uint32_t bias = (uint32_t)from->bias[c] * (c % 2 == 0 ? 1 - chunks : 1);
        const int32_t *sum = f->room + TML_SUM_WORDS / 2 + c / 2 * 2 * pixels + c % 2;
        for (uint32_t p = 0; p < pixels; p++, sum += 2) {
            const int32_t x = tml_requantise(tml_wrap_add(*sum, (int32_t)bias), from->mult[i],
                                             from->shift[i]);
            *f->out[p]++ = tml_clamp(tml_wrap_add(x, f->zero >> 1), f->act_min, f->act_max);
        }
    }
    f->pair.bias += channels;
    if (!f->one_factor) {
        f->pair.mult += channels;
        f->pair.shift += channels;
    }
}

/* In chunks of inputs and groups of channels, if there is no room for all. Quick: the sums of a
   chunk go on with those of the one before, and the last one requantises them. */
void tml_filter(tml_filter_t *f, uint32_t pixels)
{
    const uint32_t depth = (f->inputs + 3) & ~3u;
    uint32_t chunk = depth, most = f->channels, left = f->channels;
    const int8_t *weights = f->first.weights;

    f->pair = f->first;
    if (!f->quick || depth * pixels > TML_ROOM / 2) {
        most = (f->quick ? TML_SUM_WORDS : TML_SUM_WORDS / 2) / pixels;
        chunk = (TML_ROOM / 2 - 2 * TML_SUM_WORDS) / pixels;
    }
    do {
        const uint32_t channels = tml_least(most, left), pairs = (channels + 1) / 2;
        const int32_t *bias = f->pair.bias;
        uint32_t k = 0;
        f->last = f->out[0] + channels - 2;
        f->sums_end = f->room + 2 * pairs * pixels;
        f->sums_in = NULL;
        do {
            const uint32_t count = tml_least(chunk, depth - k);
            f->pair.weights = weights + 2 * k;
            f->pair.bias = bias;
            f->sums_out = !f->quick || k + count < depth ? f->room : NULL;
            multiply(f, pixels, k, count);
            if (f->quick) {
                f->sums_in = f->room;
            } else {
                add_sums(f, pixels, (const int16_t *)(const void *)(weights + 2 * k), k, count);
            }
            k += count;
        } while (k < depth);
        if (!f->quick) {
            f->pair.bias = bias;
            requantise(f, pixels, channels, (depth + chunk - 1) / chunk);
        }
        weights += pairs * f->step;
        left -= channels;
    } while (left != 0);
}
