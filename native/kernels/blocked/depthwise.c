/* SPDX-License-Identifier: MIT */
/* Depthwise convolution, four channels at a time: what the windows of a tile of output pixels cover
   is copied, one word per input pixel; then each channel passes over it, four pixels together.
   Windows too large for that are summed up tap by tap. Stack: 1 KB. */
#include <string.h>

#include "quant.h"
#include "windows.h"

enum {
    GROUP = 4,          /* channels of a word */
    WORDS = 160,        /* of input that are held */
    WIDE = 24           /* pixels of a row of a tile: more rows together share more of the input */
};

/* Output pixels that share a copy of their input, `columns` words a row. */
typedef struct {
    uint32_t rows, pixels, columns;
} tile_t;

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

/* Row `ky` of windows, from tap `kx` on: so many input pixels, or padding. */
static void fetch(const tml_depthwise_t *d, const tml_spot_t *spot, uint32_t ky, uint32_t kx,
                  uint32_t first, uint32_t columns, uint32_t *to)
{
    const tml_ring_t *input = d->input;
    const uint32_t padding = (uint8_t)d->input_zp * 0x01010101u;
    const uint32_t y = (uint32_t)spot->y + ky * d->down;
    uint32_t x = (uint32_t)spot->x + kx, pixels;

    for (; columns != 0; columns -= pixels, x += pixels) {
        pixels = columns;
        if (y < input->height && x < input->width) {
            pixels = tml_least(pixels, input->width - x);
            pixels = tml_least(pixels, tml_contiguous(input, y, x));
            copy(d, first, tml_pixel(d->m, input, y, x) + spot->channel + ky * d->across, pixels,
                 to);
            to += pixels;
            continue;
        }
        if (y < input->height) {
            pixels = tml_least(pixels, 0u - x);     /* until x is 0; behind the row, all */
        }
        for (uint32_t i = 0; i < pixels; i++) {
            *to++ = padding;
        }
    }
}

/* Four channels of one pixel, tap by tap. */
static void one(const tml_depthwise_t *d, uint32_t first, const tml_spot_t *spot)
{
    const int8_t *weights = d->weights + first * d->k_h * d->k_w;
    int32_t sums[GROUP] = {0, 0, 0, 0};
    int8_t *out = spot->out + first, *to[TML_BLOCK] = {out, out, out, out};

    for (uint32_t ky = 0; ky < d->k_h; ky++) {
        for (uint32_t kx = 0; kx < d->k_w; kx++, weights += GROUP) {
            uint32_t word;
            const int8_t *in = (const void *)&word;
            fetch(d, spot, ky, kx, first, 1, &word);
            for (uint32_t i = 0; i < GROUP; i++) {
                sums[i] = tml_wrap_add(sums[i], in[i] * weights[i]);
            }
        }
    }
    tml_requantise_pixels(&d->outputs, first, tml_least(d->filters - first, GROUP), sums, to, 1);
}

/* Columns of outputs that are left over go four rows at a time, if that wastes less. */
static void run(const tml_depthwise_t *d, const tml_spot_t *spot, tile_t tile)
{
    const uint32_t left = tile.rows < TML_BLOCK || tile.pixels % TML_BLOCK > 2
                              ? 0 : tile.pixels % TML_BLOCK;
    const uint32_t down = d->stride_h * tile.columns;
    uint32_t patch[WORDS];

    for (uint32_t first = 0; first < d->filters; first += GROUP) {
        int8_t *out = spot->out + first;
        for (uint32_t ky = 0; ky < (tile.rows - 1) * d->stride_h + d->k_h; ky++) {
            fetch(d, spot, ky, 0, first, tile.columns, patch + ky * tile.columns);
        }
        for (uint32_t y = 0; y < tile.rows; y++) {
            for (uint32_t x = 0; x < tile.pixels - left; x += TML_BLOCK) {
                four(d, first, patch + y * down + x * d->stride_w, tile.columns, d->stride_w,
                     out + y * d->below + x * d->right, d->right, tile.pixels - x);
            }
        }
        for (uint32_t x = tile.pixels - left; x < tile.pixels; x++) {
            for (uint32_t from = 0; from < tile.rows; from += TML_BLOCK) {
                const uint32_t y = tml_least(from, tile.rows - TML_BLOCK);
                four(d, first, patch + y * down + x * d->stride_w, tile.columns, down,
                     out + y * d->below + x * d->right, d->below, TML_BLOCK);
            }
        }
    }
}

/* Words of a row of input that so many output pixels need, in blocks. */
static uint32_t columns_of(const tml_depthwise_t *d, uint32_t pixels)
{
    return ((pixels - 1) | (TML_BLOCK - 1)) * d->stride_w + d->k_w;
}

/* The largest tile to work with; no columns if there is none. */
static tile_t tile_of(const tml_depthwise_t *d, uint32_t rows, uint32_t pixels)
{
    tile_t tile = {1, tml_least(pixels, WIDE), 0};

    while (columns_of(d, tile.pixels) > WORDS ||
           columns_of(d, tile.pixels) * d->k_h > WORDS) {
        if (tile.pixels <= TML_BLOCK) {
            tile.pixels = 1;
            return tile;
        }
        tile.pixels = (tile.pixels - 1) & ~(TML_BLOCK - 1u);
    }
    tile.columns = columns_of(d, tile.pixels);
    while (tile.rows < rows && (tile.rows * d->stride_h + d->k_h) * tile.columns <= WORDS) {
        tile.rows++;
    }
    return tile;
}

void tml_depthwise(const tml_depthwise_t *d, tml_spot_t spot, uint32_t rows, uint32_t pixels)
{
    const tile_t tile = tile_of(d, rows, pixels);

    for (uint32_t y = 0; y < rows; y += tile.rows) {
        for (uint32_t x = 0; x < pixels; x += tile.pixels) {
            const tml_spot_t at = {
                spot.y + (int32_t)(y * d->stride_h * d->down),
                spot.x + (int32_t)(x * d->stride_w), spot.channel + y * d->stride_h * d->across,
                spot.out + y * d->below + x * d->right,
            };
            tile_t part = {tml_least(rows - y, tile.rows), tml_least(pixels - x, tile.pixels), 0};
            part.columns = columns_of(d, part.pixels);
            if (tile.columns != 0) {
                run(d, &at, part);
                continue;
            }
            for (uint32_t first = 0; first < d->filters; first += GROUP) {
                one(d, first, &at);
            }
        }
    }
}
