/* SPDX-License-Identifier: MIT */
/* Convolution for cores with the DSP extension (Cortex-M4, M7, M33), from pairs of weights.
   Inputs of four pixels, or of one, are widened to int16 on the stack, as many as there is room
   for, and multiplied with all pairs of output channels. If there are more inputs, the sums of some
   pairs wait there, too. */
#include "filter.h"

#include <string.h>

#include "quant.h"

#define OFFSET(field) (offsetof(tml_filter_t, field) - TML_WIDE)
typedef char tml_filter_layout[
    OFFSET(begin) == TML_AT_BEGIN && OFFSET(step) == TML_AT_STEP && OFFSET(pair.weights) == TML_AT_WEIGHTS &&
    OFFSET(pair.mult) == TML_AT_MULT && OFFSET(pair.bias) == TML_AT_BIAS && OFFSET(out) == TML_AT_OUT &&
    OFFSET(last) == TML_AT_LAST && OFFSET(sums_out) == TML_AT_SUMS_OUT && OFFSET(sums_end) == TML_AT_SUMS_END &&
    OFFSET(zero) == TML_AT_ZERO && OFFSET(words) == TML_AT_WORDS && OFFSET(done) == TML_AT_DONE &&
    OFFSET(done[1]) == TML_AT_QUANTISE && OFFSET(one_factor) == TML_AT_ONE_FACTOR ? 1 : -1];

void tml_filter_begin(tml_filter_t *f)
{
    f->depth = (f->inputs + 3) & ~3u;
    f->one_factor = 0;
    f->windows = NULL;
    f->pixels = 0;
}

void tml_widen(tml_filter_t *f, uint32_t pixels, const int8_t *const in[4], uint32_t from,
               uint32_t k, uint32_t bytes)
{
    const uint32_t end = from + bytes;
    int32_t *wide = f->wide + TML_WIDE / 4 - (f->words - k / 4 * 2) * pixels;
    while (from != end) {
        const uint32_t words = (end - from) / 4;
        if (k % 4 == 0 && words != 0) {
            if (pixels == 4) {
                tml_widen4(in, from, wide, words);
            } else {
                tml_widen1(in, from, wide, words);
            }
            from += 4 * words;
            wide += 2 * pixels * words;
        } else {
            int16_t *to = (int16_t *)(void *)(wide + k % 2 * pixels) + k / 2 % 2;
            to[0] = in[0][from];
            if (pixels == 4) {
                to[2] = in[1][from];
                to[4] = in[2][from];
                to[6] = in[3][from];
            }
            from++;
            if (++k % 4 == 0) {
                wide += 2 * pixels;
            }
        }
    }
}

/* Widens inputs k ... k + count - 1 and multiplies them with the pairs from f->pair on. Behind the
   last input are zeros. */
static void multiply(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count)
{
    const uint32_t there = tml_least(count, f->inputs - k);
    f->words = count / 2;
    if (there != count) {
        for (uint32_t i = 0; i < 2 * pixels; i++) {
            f->wide[TML_WIDE / 4 - 1 - i] = 0;
        }
    }
    if (f->windows != NULL) {
        tml_widen_windows(f, pixels, k, there);
    } else {
        tml_widen(f, pixels, f->in, k, 0, there);
    }
    if (pixels == 4) {
        tml_gemm4(f);
    } else {
        tml_gemm1(f);
    }
}

/* Adds sums of a chunk, as gemm.S leaves them, to the sums of all chunks. Where w0 + 256 * w1 was
   too low for a halfword, it took w1 = 128 for -128. */
static void add_sums(tml_filter_t *f, uint32_t pixels, const int16_t *weights, uint32_t count)
{
    const int16_t *wide = (const int16_t *)(const void *)(f->wide + TML_WIDE / 4)
                          - pixels * count;
    for (int32_t *sum = f->sum; sum < f->sums_end; weights += f->step / 2) {
        for (uint32_t p = 0; p < pixels; p++, sum += 2) {
            int32_t *all = sum + TML_SUM_WORDS / 2;
            int32_t odd = (int32_t)((uint32_t)sum[1] - (uint32_t)sum[0]) >> 8;
            for (uint32_t k = 0; k < count; k++) {
                if (weights[k] >= 0x7f80) {
                    odd -= 256 * wide[2 * (k / 2 * pixels + p) + k % 2];
                }
            }
            all[0] = tml_wrap_add(all[0], sum[0]);
            all[1] = tml_wrap_add(all[1], odd);
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
        const int32_t *sum = f->sum + TML_SUM_WORDS / 2 + c / 2 * 2 * pixels + c % 2;
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

/* In chunks of inputs and groups of channels. Quick: the sums of a chunk go on with those of the
   one before, and the last one requantises them. */
static void filter_parts(tml_filter_t *f, uint32_t pixels, uint32_t chunk)
{
    const uint32_t chunks = (f->depth + chunk - 1) / chunk;
    const uint32_t most = (f->quick ? TML_SUM_WORDS : TML_SUM_WORDS / 2) / pixels;
    const int8_t *weights = f->pair.weights;
    uint32_t left = f->channels;

    chunk = tml_least(((f->depth + chunks - 1) / chunks + 15) & ~15u, chunk);
    do {
        const uint32_t channels = tml_least(most, left), pairs = (channels + 1) / 2;
        const int32_t *bias = f->pair.bias;
        uint32_t k = 0;
        if (!f->quick) {
            memset(f->sum + TML_SUM_WORDS / 2, 0, sizeof f->sum / 2);
        }
        f->last = f->out[0] + channels - 2;
        f->sums_end = f->sum + 2 * pairs * pixels;
        f->sums_in = NULL;
        do {
            const uint32_t count = tml_least(chunk, f->depth - k);
            f->pair.weights = weights + 2 * k;
            f->pair.bias = bias;
            f->sums_out = !f->quick || k + count < f->depth ? f->sum : NULL;
            multiply(f, pixels, k, count);
            if (f->quick) {
                f->sums_in = f->sum;
            } else {
                add_sums(f, pixels, (const int16_t *)(const void *)(weights + 2 * k), count);
            }
            k += count;
        } while (k < f->depth);
        if (!f->quick) {
            f->pair.bias = bias;
            requantise(f, pixels, channels, (f->depth + chunk - 1) / chunk);
        }
        weights += pairs * f->step;
        left -= channels;
    } while (left != 0);
}

void tml_filter(tml_filter_t *f, uint32_t pixels)
{
    const uint32_t chunk = TML_WIDE_INPUTS / (pixels == 4 ? 4 : 1);
    f->pair = f->first;
    if (!f->quick || f->depth > chunk) {
        filter_parts(f, pixels, chunk);
        return;
    }
    f->sums_in = NULL;
    f->sums_out = NULL;
    f->last = f->out[0] + f->channels - 2;
    multiply(f, pixels, 0, f->depth);
}
