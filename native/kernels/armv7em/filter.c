/* SPDX-License-Identifier: MIT */
/* Convolution for cores with the DSP extension (Cortex-M4, M7, M33), from pairs of weights.
   Inputs of four pixels, or of one, are widened to int16 on the stack, as many as there is room
   for, and multiplied with all pairs of output channels. If there are more inputs, the sums of some
   pairs wait there, too. Takes 1.9 KB of stack, all that is called included. */
#include "gemm.h"

#include <stddef.h>

#include "quant.h"

/* Of which 256-fold ones stay inside 32 bits; a multiple of 4. */
enum { MOST_PRODUCTS = 508 };

#define AT(field, at) (offsetof(tml_filter_t, field) == (at))
typedef char tml_filter_layout[
    AT(weights, TML_AT_WEIGHTS) && AT(end, 4) && AT(step, TML_AT_STEP) &&
    AT(begin, TML_AT_BEGIN) && AT(pair.mult, TML_AT_MULT) && AT(pair.bias, TML_AT_BIAS) &&
    AT(out, TML_AT_OUT) && AT(last, TML_AT_LAST) && AT(sums_out, TML_AT_SUMS_OUT) &&
    AT(sums_end, TML_AT_SUMS_END) && AT(zero, TML_AT_ZERO) && AT(words, TML_AT_WORDS) &&
    AT(done, TML_AT_DONE) && AT(done[1], TML_AT_QUANTISE) &&
    AT(one_factor, TML_AT_ONE_FACTOR) ? 1 : -1];

void tml_filter_begin(tml_filter_t *f)
{
    f->end = TML_END;
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

/* Widens inputs k ... k + count - 1, count a multiple of 4. Behind the last input are zeros. */
static void widen(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count)
{
    const uint32_t there = tml_least(count, f->inputs - k);
    f->words = count / 2;
    if (there != count) {
        volatile int32_t *last = (int32_t *)(void *)f;          /* no memset for so few */
        for (uint32_t i = 2 * pixels; i != 0; i--) {
            *--last = 0;
        }
    }
    if (f->windows != NULL) {
        tml_widen_windows(f, pixels, k, there);
    } else {
        tml_widen(f, pixels, k, 0, there);
    }
}

/* Products of both halfwords, added to a sum, which wraps. */
static inline int32_t add_both(int32_t sum, int32_t a, int32_t b)
{
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* Adds products with pairs to sums, where gemm.S can't: a pair may not fit its halfwords, or its
   sums exceed 24 bits. h - w0, as a halfword, is 256 * w1 all the same. (Not inline: it would take
   tml_filter's registers.) */
static __attribute__((noinline)) void add_products(const tml_filter_t *f, uint32_t pixels)
{
    const int32_t *end = (const int32_t *)(const void *)f;
    const int32_t *weights = (const int32_t *)(const void *)f->weights, *before = f->sums_in;
    const int32_t *bias = f->pair.bias;
    for (int32_t *sum = (int32_t *)end - TML_ROOM / 4; sum != f->sums_end; bias += 2) {
        for (uint32_t p = 0; p < pixels; p++, sum += 2) {
            const int32_t *wide = end - f->words * pixels + p, *w = weights;
            const int32_t *from = before != NULL ? sum : bias;
            int32_t even = from[0], odd = 0;
            for (; wide < end; wide += pixels, w++) {
                int32_t low, high;
                __asm__("sxtb16 %0, %2\n\tssub16 %1, %2, %0" : "=&r"(low), "=r"(high) : "r"(*w));
                even = add_both(even, *wide, low);
                odd = add_both(odd, *wide, high);
            }
            sum[1] = tml_wrap_add(from[1], odd >> 8);
            sum[0] = even;
        }
        weights += f->step / 4;
    }
}

/* Bytes of the sums of some channels, any multiplier. */
static void requantise(tml_filter_t *f, uint32_t pixels, uint32_t first, uint32_t channels)
{
    const int32_t *sums = (const int32_t *)(const void *)f - TML_ROOM / 4;
    for (uint32_t c = 0; c < channels; c++) {
        const uint32_t i = f->one_factor ? c % 2 : first + c;
        const int32_t *sum = sums + c / 2 * 2 * pixels + c % 2;
        for (uint32_t p = 0; p < pixels; p++, sum += 2) {
            const int32_t x = tml_requantise(*sum, f->first.mult[i], f->first.shift[i]);
            *f->out[p]++ = tml_saturate(tml_wrap_add(x, f->zero >> 1));
        }
    }
}

/* In chunks of inputs and groups of channels, if there is no room for all. The sums of a chunk go
   on with those of the one before. */
void tml_filter(tml_filter_t *f, uint32_t pixels)
{
    const uint32_t depth = (f->inputs + 3) & ~3u, all = f->channels;
    uint32_t chunk = depth, most = all;
    const int8_t *weights = f->all_weights;
    int32_t *room = (int32_t *)(void *)f - TML_ROOM / 4;

    f->pair = f->first;
    if (!f->quick || depth * pixels > TML_ROOM / 2) {
        most = TML_SUM_WORDS / pixels;
        chunk = pixels == 4 ? (TML_ROOM / 2 - 2 * TML_SUM_WORDS) / 4 : MOST_PRODUCTS;
    }
    for (uint32_t c = 0, channels; c < all; c += channels) {
        channels = tml_least(most, all - c);
        const uint32_t pairs = (channels + 1) / 2;
        f->last = f->out[0] + channels - 2;
        f->sums_end = room + 2 * pairs * pixels;
        f->sums_in = NULL;
        for (uint32_t k = 0, count; k < depth; k += count) {
            count = tml_least(chunk, depth - k);
            widen(f, pixels, k, count);
            f->weights = weights + 2 * k;
            f->pair.bias = f->first.bias + c;
            f->sums_out = k + count < depth ? room : NULL;
            if (!f->quick) {
                add_products(f, pixels);
            } else if (pixels == 4) {
                tml_gemm4(f);
            } else {
                tml_gemm1(f);
            }
            f->sums_in = room;
        }
        if (!f->quick) {
            requantise(f, pixels, c, channels);
        }
        weights += pairs * f->step;
    }
}
