/* SPDX-License-Identifier: MIT */
/* Depthwise convolution, four channels at a time: what the windows of a tile of output pixels cover
   is copied, one word per input pixel; then each channel passes over it, four pixels together. A
   pixel by itself, or one whose window has no room, is left to depthwise_pixel.c. Stack: 1.2 KB. */
#include "windows.h"

enum {
    GROUP = 4,          /* channels of a word */
    WORDS = 160,        /* of input that are held */
    WIDE = 24           /* pixels of a row of a tile: more rows together share more of the input */
};

/* One channel of four output pixels that lie `lane` words apart; k_w and lane are constants where
   that pays. */
static inline __attribute__((always_inline)) void pass(int32_t *sums, const int8_t *in,
                                                       uint32_t columns, const int8_t *weights,
                                                       uint32_t rows, uint32_t k_w, uint32_t lane)
{
    int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;

    for (; rows != 0; rows--, in += GROUP * columns, weights += GROUP * k_w) {
#pragma GCC unroll 3
        for (uint32_t kx = 0; kx < k_w; kx++) {
            const int32_t weight = weights[GROUP * kx];
            sum0 += in[GROUP * kx] * weight;
            sum1 += in[GROUP * (kx + lane)] * weight;
            sum2 += in[GROUP * (kx + 2 * lane)] * weight;
            sum3 += in[GROUP * (kx + 3 * lane)] * weight;
        }
    }
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
}

/* Four channels of four output pixels, or of as many as there are; `step` bytes apart. */
static void four(const tml_depthwise_t *d, uint32_t first, const uint32_t *patch, uint32_t columns,
                 uint32_t lane, int8_t *out, uint32_t step, uint32_t pixels)
{
    const int8_t *in = (const void *)patch;
    const int8_t *weights = d->weights + first * d->k_h * d->k_w;
    int32_t sums[GROUP * TML_BLOCK];
    int8_t unused[GROUP], *to[TML_BLOCK];

    for (uint32_t i = 0; i < GROUP; i++, in++, weights++) {
        if (d->k_w == 3 && lane == 1) {
            pass(sums + TML_BLOCK * i, in, columns, weights, d->k_h, 3, 1);
        } else if (d->k_w == 3 && lane == 2) {
            pass(sums + TML_BLOCK * i, in, columns, weights, d->k_h, 3, 2);
        } else {
            pass(sums + TML_BLOCK * i, in, columns, weights, d->k_h, d->k_w, lane);
        }
    }
#pragma GCC unroll 4
    for (uint32_t i = 0; i < TML_BLOCK; i++, out += step) {
        to[i] = i < pixels ? out : unused;
    }
    tml_requantise_pixels(&d->outputs, first, tml_least(d->filters - first, GROUP), sums, to,
                          TML_BLOCK);
}

/* Channels `first` and on of some input pixels, one behind the other, as words. */
static void copy(const tml_depthwise_t *d, uint32_t first, const int8_t *in, uint32_t pixels,
                 uint32_t *to)
{
    const uint32_t channels = d->input->channels;

    if (d->multiplier == 1 && ((channels | d->filters | (uintptr_t)in) & 3) == 0) {
        for (in += first; pixels != 0; pixels--, in += channels) {
            *to++ = *(const uint32_t *)(const void *)in;
        }
        return;
    }
    for (; pixels != 0; pixels--, in += channels) {
        int8_t *bytes = (void *)to++;
        for (uint32_t i = 0; i < GROUP; i++) {
            bytes[i] = in[tml_least(first + i, d->filters - 1) / d->multiplier];
        }
    }
}

/* Four channels of some input pixels of a row, from (y, x) on; or padding. */
static void fetch(const tml_depthwise_t *d, uint32_t first, uint32_t y, uint32_t x,
                  uint32_t channel, uint32_t columns, uint32_t *to)
{
    const tml_ring_t *input = d->input;
    uint32_t pixels;

    for (; columns != 0; columns -= pixels, x += pixels, to += pixels) {
        pixels = columns;
        if (y < input->height && x < input->width) {
            pixels = tml_least(pixels, input->width - x);
            pixels = tml_least(pixels, tml_contiguous(input, y, x));
            copy(d, first, tml_pixel(d->m, input, y, x) + channel, pixels, to);
            continue;
        }
        if (y < input->height) {
            pixels = tml_least(pixels, 0u - x);     /* until x is 0; behind the row, all */
        }
        for (uint32_t i = 0; i < pixels; i++) {
            to[i] = (uint8_t)d->input_zp * 0x01010101u;
        }
    }
}

/* Four channels of a tile of output pixels; `columns` words of input per row. Columns of pixels
   that are left over go four rows at a time, if that wastes less. */
static void tile(const tml_depthwise_t *d, uint32_t first, const uint32_t *patch, int8_t *out,
                 uint32_t rows, uint32_t pixels, uint32_t columns)
{
    const uint32_t left = rows < TML_BLOCK || pixels % TML_BLOCK > 2 ? 0 : pixels % TML_BLOCK;
    const uint32_t down = d->stride_h * columns;

    for (uint32_t i = 0; i < rows; i++) {
        for (uint32_t j = 0; j < pixels - left; j += TML_BLOCK) {
            four(d, first, patch + i * down + j * d->stride_w, columns, d->stride_w,
                 out + i * d->below + j * d->right, d->right, pixels - j);
        }
    }
    for (uint32_t j = pixels - left; j < pixels; j++) {
        for (uint32_t i = 0; i < rows; i += TML_BLOCK) {
            const uint32_t top = tml_least(i, rows - TML_BLOCK);
            four(d, first, patch + top * down + j * d->stride_w, columns, down,
                 out + top * d->below + j * d->right, d->below, TML_BLOCK);
        }
    }
}

/* Words of a row of input that so many output pixels need, in blocks. */
static uint32_t columns_of(const tml_depthwise_t *d, uint32_t pixels)
{
    return ((pixels - 1) | (TML_BLOCK - 1)) * d->stride_w + d->k_w;
}

/* Makes of rows of pixels the largest tile whose input can be held. Returns the words of a row of
   that input; 0 if pixels had better go one by one. */
static uint32_t shrink(const tml_depthwise_t *d, uint32_t *rows, uint32_t *pixels)
{
    const uint32_t most = *rows;
    uint32_t wide = tml_least(*pixels, WIDE), columns = columns_of(d, wide);
    const int is_block = most * wide >= TML_BLOCK;

    *rows = *pixels = 1;
    for (; columns > WORDS || columns * d->k_h > WORDS; columns = columns_of(d, wide)) {
        if (wide <= TML_BLOCK) {
            return 0;
        }
        wide = (wide - 1) & ~(TML_BLOCK - 1u);
    }
    if (!is_block) {
        return 0;
    }
    *pixels = wide;
    while (*rows < most && (*rows * d->stride_h + d->k_h) * columns <= WORDS) {
        ++*rows;
    }
    return columns;
}

void tml_depthwise(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t channel, int8_t *out,
                   uint32_t rows, uint32_t pixels)
{
    uint32_t high = rows, wide = pixels;
    const uint32_t columns = shrink(d, &high, &wide);

    for (uint32_t i = 0; i < rows; i += high) {
        const uint32_t now = tml_least(rows - i, high), from = i * d->stride_h;
        for (uint32_t j = 0; j < pixels; j += wide) {
            const uint32_t left = x + j * d->stride_w;
            int8_t *to = out + i * d->below + j * d->right;
            if (columns == 0) {
                tml_depthwise_pixel(d, y + from * d->down, left, channel + from * d->across, to);
                continue;
            }
            uint32_t patch[WORDS];
            for (uint32_t first = 0; first < d->filters; first += GROUP, to += GROUP) {
                for (uint32_t ky = 0; ky < (now - 1) * d->stride_h + d->k_h; ky++) {
                    fetch(d, first, y + (from + ky) * d->down, left,
                          channel + (from + ky) * d->across, columns, patch + ky * columns);
                }
                tile(d, first, patch, to, now, tml_least(pixels - j, wide), columns);
            }
        }
    }
}
