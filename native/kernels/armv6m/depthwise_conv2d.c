/* SPDX-License-Identifier: MIT */
/* Depthwise convolution. A tile of the input, four channels wide and with its padding, is copied
   to the stack; there every window entry is at the same distance from every output pixel. 1 KB. */
#include "kernels.h"
#include "quant.h"
#include "rescale.h"

#define TML_ROOM 240            /* words for taps, tile, pixels and sums */

/* A window entry: taps.S takes three at a time. */
typedef struct {
    int32_t weight;
    uint32_t offset;            /* bytes from a pixel's first entry */
} tml_tap_t;

/* taps.S knows the order. */
typedef struct {
    const tml_tap_t *taps, *end;
    const int8_t *const *pixels;    /* the first entries of their windows */
    int32_t *sums;
    uint32_t blocks;                /* of four pixels, not 0 */
} tml_taps_t;

void tml_taps(tml_taps_t *t);

/* A piece of the input. */
typedef struct {
    int32_t y, x;
    uint32_t rows, columns;
} tml_tile_t;

typedef struct {
    const tml_model_t *m;
    const tml_depthwise_conv2d_t *s;
    const tml_ring_t *input, *output;
    uint32_t words;             /* 1: pixels can be read as words */
    uint32_t taps;
    tml_rescale_t rescale;
} tml_planes_t;

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t fours(uint32_t count)
{
    return (count + 3) & ~3u;
}

/* Four channels of pixels that lie one behind the other. */
static void copy(const tml_planes_t *p, const int8_t *from, uint32_t quad, uint32_t pixels,
                 uint32_t *to)
{
    if (p->words != 0) {
        for (from += 4 * quad; pixels != 0; pixels--, from += p->input->channels) {
            *to++ = *(const uint32_t *)(const void *)from;
        }
        return;
    }
    for (uint32_t i = 0; i < 4 && 4 * quad + i < p->output->channels; i++) {
        const int8_t *channel = from + (4 * quad + i) / p->s->multiplier;
        int8_t *byte = (int8_t *)to + i;
        for (uint32_t n = 0; n < pixels; n++, byte += 4, channel += p->input->channels) {
            *byte = *channel;
        }
    }
}

static void gather(const tml_planes_t *p, tml_tile_t tile, uint32_t quad, uint32_t *to)
{
    const uint32_t fill = (uint8_t)p->s->input_zp * 0x01010101u;
    const int32_t end = tile.x + (int32_t)tile.columns;

    for (; tile.rows != 0; tile.rows--, tile.y++) {
        int32_t x = tile.x;
        while (x < end) {
            if ((uint32_t)tile.y >= p->input->height || (uint32_t)x >= p->input->width) {
                *to++ = fill;
                x++;
                continue;
            }
            uint32_t run = smaller((uint32_t)end, p->input->width) - (uint32_t)x;
            const int8_t *from = tml_pixel(p->m, p->input, (uint32_t)tile.y, (uint32_t)x);
            const int8_t *last = tml_pixel(p->m, p->input, (uint32_t)tile.y, (uint32_t)x + run - 1);
            if (last != from + (run - 1) * p->input->channels) {
                run = 1;
            }
            copy(p, from, quad, run, to);
            to += run;
            x += (int32_t)run;
        }
    }
}

/* The taps of a channel, in a tile of `columns`, up to a multiple of three. */
static void list_taps(const tml_planes_t *p, uint32_t channel, uint32_t columns, tml_tap_t *tap)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const int8_t *weight = (const int8_t *)p->m->data + s->weights +
        channel / 4 * 4 * p->taps + channel % 4;
    uint32_t offset = channel % 4;

    for (uint32_t y = s->k_h; y != 0; y--, offset += 4 * (columns - s->k_w)) {
        for (uint32_t x = s->k_w; x != 0; x--, offset += 4, weight += 4) {
            *tap++ = (tml_tap_t){*weight, offset};
        }
    }
    for (uint32_t i = p->taps; i % 3 != 0; i++) {
        *tap++ = (tml_tap_t){0, 0};
    }
}

/* Where the windows of a span begin in its tile, up to a multiple of four; `x` counts from the
   tile's first column of `columns`. Returns how many rows of output they are in. */
static uint32_t list_pixels(const tml_depthwise_conv2d_t *s, uint32_t x, uint32_t columns,
                            uint32_t count, const uint32_t *tile, uint32_t tile_columns,
                            const int8_t **pixel)
{
    const uint32_t *at = tile + x * s->stride_w;
    uint32_t rows = 1;

    for (uint32_t i = 0; i < fours(count); i++) {
        if (x == columns && i < count) {
            x = 0;
            tile += s->stride_h * tile_columns;
            at = tile;
            rows++;
        }
        *pixel++ = (const int8_t *)at;
        if (i + 1 < count) {
            at += s->stride_w;
            x++;
        }
    }
    return rows;
}

/* `count` pixels from `at` on, from output column `left` on. */
static void convolve(const tml_planes_t *p, tml_span_t at, uint32_t left, uint32_t columns,
                     uint32_t count)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const uint32_t padded = (p->taps + 2) / 3 * 3;
    uint32_t room[TML_ROOM];
    tml_tap_t *taps = (void *)room;
    const int8_t **pixels = (void *)(room + 2 * padded);
    int32_t *sums = (int32_t *)(room + 2 * padded + fours(count));
    uint32_t *words = room + 2 * padded + 2 * fours(count);
    tml_rescale_t rescale = p->rescale;
    int8_t *out = tml_pixel(p->m, p->output, at.y, at.x);
    tml_tile_t tile = {at.y * s->stride_h - s->pad_top, (int32_t)left * s->stride_w - s->pad_left,
                       0, (columns - 1) * s->stride_w + s->k_w};
    const uint32_t rows =
        list_pixels(s, at.x - left, columns, count, words, tile.columns, pixels);
    tile.rows = (rows - 1) * s->stride_h + s->k_h;

    for (uint32_t c = 0; c < p->output->channels; c++) {
        if (c % 4 == 0) {
            gather(p, tile, c / 4, words);
        }
        list_taps(p, c, tile.columns, taps);
        tml_taps_t t = {taps, taps + padded, pixels, sums, fours(count) / 4};
        tml_taps(&t);
        tml_rescale(sums, out + c, &rescale, 1, count);
    }
}

/* Pixel by pixel, for windows that there is no room for. */
static void convolve_slowly(const tml_planes_t *p, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const uint32_t channels = p->output->channels;

    for (; at.pixels != 0; tml_next(&at, p->output->width)) {
        const int8_t *weight = (const int8_t *)p->m->data + s->weights;
        int8_t *out = tml_pixel(p->m, p->output, at.y, at.x);
        tml_rescale_t rescale = p->rescale;
        for (uint32_t c = 0; c < channels; c += 4) {
            int32_t sums[4] = {0, 0, 0, 0};
            for (uint32_t tap = 0; tap < p->taps; tap++) {
                const tml_tile_t entry = {at.y * s->stride_h - s->pad_top + (int32_t)(tap / s->k_w),
                                          at.x * s->stride_w - s->pad_left + (int32_t)(tap % s->k_w),
                                          1, 1};
                uint32_t word = 0;
                gather(p, entry, c / 4, &word);
                for (uint32_t i = 0; i < 4; i++, word >>= 8) {
                    sums[i] = tml_wrap_add(sums[i], (int8_t)word * *weight++);
                }
            }
            tml_rescale(sums, out + c, &rescale, smaller(4, channels - c), 1);
        }
    }
}

/* Whether there is room for the tile of rows x columns output pixels. */
static int fits(const tml_planes_t *p, uint32_t rows, uint32_t columns)
{
    const uint32_t width = (columns - 1) * p->s->stride_w + p->s->k_w;
    const uint32_t height = (rows - 1) * p->s->stride_h + p->s->k_h;
    return p->taps - 1 < TML_ROOM / 2 - 2 && width <= TML_ROOM && height <= TML_ROOM &&
           2 * (p->taps + 2) + 2 * fours(rows * columns) + width * height <= TML_ROOM;
}

void tml_depthwise_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const tml_planes_t p = {
        .m = m,
        .s = s,
        .input = input,
        .output = output,
        .words = s->multiplier == 1 &&
            (((uintptr_t)m->arena + input->offset) | input->channels) % 4 == 0,
        .taps = (uint32_t)s->k_h * s->k_w,
        .rescale = TML_RESCALE(m, s, output),
    };
    uint32_t columns = smaller(output->width, smaller(at.pixels, TML_ROOM));
    uint32_t rows = 0;

    while (columns != 0 && !fits(&p, 1, columns)) {     /* never, of an empty window */
        columns--;
    }
    if (columns == 0) {
        convolve_slowly(&p, at);
        return;
    }
    while (columns == output->width && output->pitch == columns &&
           rows * columns < at.pixels + columns && fits(&p, rows + 1, columns)) {
        rows++;
    }
    while (at.pixels != 0) {
        uint32_t count = smaller(at.pixels, tml_contiguous(output, at.y, at.x));
        if (rows != 0) {
            count = smaller(count, rows * columns - at.x);
            convolve(&p, at, 0, columns, count);
        } else {
            count = smaller(smaller(count, columns), output->width - (uint32_t)at.x);
            convolve(&p, at, at.x, count, count);
        }
        for (; count != 0; count--) {
            tml_next(&at, output->width);
        }
    }
}
