/* SPDX-License-Identifier: MIT */
/* Depthwise convolution. A tile of the input, four channels wide and with its padding, is copied
   to the stack; there every window entry is at the same distance from every output pixel. 1 KB. */
#include "kernels.h"
#include "quant.h"
#include "rescale.h"

#define TML_ROOM 168            /* words for taps, tile, pixels and sums */

/* A window entry: taps.S takes three at a time. */
typedef struct {
    int32_t weight;
    uint32_t offset;            /* bytes from a pixel's first entry */
} tml_tap_t;

/* Sums of four pixels after four pixels, the first entries of whose windows are given; `more`: they
   are added to. */
void tml_taps(const tml_tap_t *taps, const tml_tap_t *taps_end, const int8_t *const *pixels,
              int32_t *sums, const int32_t *sums_end, uint32_t more);
void tml_list_taps(tml_tap_t *tap, const int8_t *weight, uint32_t columns, uint32_t rows,
                   uint32_t offset, uint32_t skip);

void tml_tap_quad(const int8_t *const *pixels, const int8_t *const *pixels_end,
                  const int8_t *weights, int32_t *sums, uint32_t channel);

/* Four channels of a piece of the input, the room for it, and for what is made of it. */
typedef struct {
    const tml_model_t *m;
    const tml_depthwise_conv2d_t *s;
    const tml_ring_t *input, *output;
    uint32_t words;             /* 1: pixels can be read as words */
    const int8_t *weights;
    uint32_t taps;              /* entries of a window */
    uint32_t tap_rows;          /* of it at a time */
    int32_t y, x;               /* of the tile, on the input */
    uint32_t rows, columns;
    tml_rescale_t rescale;
    uint32_t room[TML_ROOM];
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

static void gather(const tml_planes_t *p, uint32_t quad, uint32_t *to)
{
    const uint32_t fill = (uint8_t)p->s->input_zp * 0x01010101u;
    const uint32_t *end = to + p->rows * p->columns;
    uint32_t y = (uint32_t)p->y;

    for (; to != end; y++) {
        const uint32_t *row_end = to + p->columns;
        uint32_t x = (uint32_t)p->x;
        while (to != row_end) {
            if (y >= p->input->height || x >= p->input->width) {
                *to++ = fill;
                x++;
                continue;
            }
            uint32_t run = smaller((uint32_t)(row_end - to), p->input->width - x);
            const int8_t *from = tml_pixel(p->m, p->input, y, x);
            if (tml_pixel(p->m, p->input, y, x + run - 1) !=
                from + (run - 1) * p->input->channels) {
                run = 1;
            }
            copy(p, from, quad, run, to);
            to += run;
            x += run;
        }
    }
}

/* Where the windows of `count` pixels from (0, x) of the tile begin, and, up to a multiple of four,
   the last one again. Sets the rows of the tile. */
static void list_pixels(tml_planes_t *p, uint32_t x, uint32_t width, uint32_t count,
                        const int8_t **pixel, const uint32_t *tile)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const uint32_t *at = tile + x * s->stride_w;

    p->rows = s->k_h;
    for (; count != 0; count--, x++, at += s->stride_w) {
        if (x == width) {
            x = 0;
            tile += s->stride_h * p->columns;
            at = tile;
            p->rows += s->stride_h;
        }
        *pixel++ = (const int8_t *)at;
    }
    for (uint32_t i = 1; i < 4; i++) {
        pixel[i - 1] = pixel[-1];
    }
}

/* The sums of channel `c`, for as many rows of the window at a time as there is room for. */
static void sum_up(const tml_planes_t *p, uint32_t c, const int8_t *const *pixels, int32_t *sums,
                   const int32_t *sums_end)
{
    const uint32_t k_w = p->s->k_w;
    const int8_t *weight = p->weights + c / 4 * 4 * p->taps + c % 4;
    tml_tap_t *taps = (void *)p->room;

    for (uint32_t row = 0; row < p->s->k_h;) {
        const uint32_t rows = smaller(p->tap_rows, p->s->k_h - row);
        tml_list_taps(taps, weight, k_w, rows, 4 * row * p->columns + c % 4, 4 * (p->columns - k_w));
        tml_taps(taps, taps + rows * k_w, pixels, sums, sums_end, row);
        weight += 4 * rows * k_w;
        row += rows;
    }
}

/* `count` pixels from `at` on, of rows of `width` pixels from column `left` on. */
static void convolve(tml_planes_t *p, tml_span_t at, uint32_t left, uint32_t width, uint32_t count)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const int8_t **pixels = (void *)(p->room + 2 * (p->tap_rows * s->k_w + 2));
    int32_t *sums = (int32_t *)pixels + fours(count);
    uint32_t *tile = (uint32_t *)sums + fours(count);
    int8_t *out = tml_pixel(p->m, p->output, at.y, at.x);

    p->y = at.y * s->stride_h - s->pad_top;
    p->x = (int32_t)left * s->stride_w - s->pad_left;
    p->columns = (width - 1) * s->stride_w + s->k_w;
    list_pixels(p, at.x - left, width, count, pixels, tile);
    p->rescale.pixels = count;
    p->rescale.channel = 0;
    for (uint32_t c = 0; c < p->output->channels; c++) {
        if (c % 4 == 0) {
            gather(p, c / 4, tile);
        }
        sum_up(p, c, pixels, sums, (const int32_t *)tile);
        p->rescale.end = c + 1;
        tml_rescale(sums, out, &p->rescale);
    }
}

/* Pixel by pixel, for windows that there is no room for. */
static void convolve_slowly(tml_planes_t *p, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const uint32_t channels = p->output->channels;

    p->rescale.pixels = 1;
    p->rows = p->columns = 1;
    for (; at.pixels != 0; tml_next(&at, p->output->width)) {
        const int8_t *weight = p->weights;
        int8_t *out = tml_pixel(p->m, p->output, at.y, at.x);
        p->rescale.channel = 0;
        for (uint32_t c = 0; c < channels; c += 4) {
            int32_t sums[4] = {0, 0, 0, 0};
            for (uint32_t tap = 0; tap < p->taps; tap++) {
                p->y = at.y * s->stride_h - s->pad_top + (int32_t)(tap / s->k_w);
                p->x = at.x * s->stride_w - s->pad_left + (int32_t)(tap % s->k_w);
                gather(p, c / 4, p->room);
                for (uint32_t i = 0; i < 4; i++) {
                    const int8_t value = ((const int8_t *)p->room)[i];
                    sums[i] = tml_wrap_add(sums[i], value * *weight++);
                }
            }
            p->rescale.end = smaller(c + 4, channels);
            tml_rescale(sums, out, &p->rescale);
        }
    }
}

/* A pixel by itself. Instead of those in the padding stands a word, which is where it is whatever the
   channel. */
static __attribute__((noinline)) void convolve_pixel(tml_planes_t *p, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const uint32_t channels = p->output->channels;
    const int8_t **pixels = (void *)(p->room + 1);
    const int8_t **end = pixels;
    int32_t *sums = (int32_t *)(pixels + p->taps);
    const uint32_t most = (TML_ROOM - 1 - p->taps) & ~3u;
    int8_t *out = tml_pixel(p->m, p->output, at.y, at.x);

    p->room[0] = (uint8_t)s->input_zp * 0x01010101u;
    for (uint32_t ky = 0; ky < s->k_h; ky++) {
        const uint32_t y = (uint32_t)(at.y * s->stride_h - s->pad_top) + ky;
        uint32_t x = (uint32_t)(at.x * s->stride_w - s->pad_left);
        for (uint32_t kx = 0; kx < s->k_w; kx++, x++) {
            *end++ = y < p->input->height && x < p->input->width ? tml_pixel(p->m, p->input, y, x)
                                                                 : (const int8_t *)p->room;
        }
    }
    p->rescale.pixels = 1;
    p->rescale.channel = 0;
    for (uint32_t c = 0; c < channels;) {
        int32_t *sum = sums;
        for (; c < channels && sum < sums + most; c += 4, sum += 4) {
            tml_tap_quad(pixels, end, p->weights + c * p->taps, sum, c);
            for (const int8_t **pixel = pixels; pixel < end; pixel++) {
                if (*pixel + c == (const int8_t *)p->room) {
                    *pixel -= 4;
                }
            }
        }
        p->rescale.end = c;
        tml_rescale(sums, out, &p->rescale);
    }
}

/* Whether there is room for the tile of rows x columns output pixels. */
static int fits(const tml_planes_t *p, uint32_t rows, uint32_t columns)
{
    const uint32_t width = (columns - 1) * p->s->stride_w + p->s->k_w;
    const uint32_t height = (rows - 1) * p->s->stride_h + p->s->k_h;
    return p->taps - 1 < TML_ROOM && width <= TML_ROOM && height <= TML_ROOM &&
           2 * (p->tap_rows * p->s->k_w + 2) + 2 * fours(rows * columns) + width * height <= TML_ROOM;
}

/* The most at a time, if a row is to be cut into parts as few as those of `most`, but equal. */
static uint32_t even_parts(uint32_t row, uint32_t most)
{
    const uint32_t parts = (row + most - 1) / most;
    return (row + parts - 1) / parts;
}

void tml_depthwise_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    tml_planes_t p;
    const uint32_t wanted = smaller(output->width, at.pixels);
    uint32_t columns = smaller(wanted, TML_ROOM);
    uint32_t rows = 0;

    p.m = m;
    p.s = s;
    p.input = &m->rings[s->input];
    p.output = output;
    p.words = s->multiplier == 1 &&
        (((uintptr_t)m->arena + p.input->offset) | p.input->channels) % 4 == 0;
    p.weights = (const int8_t *)m->data + s->weights;
    p.taps = (uint32_t)s->k_h * s->k_w;
    TML_RESCALE_OPEN(&p.rescale, m, s, output);
    if (at.pixels < 4 && s->multiplier == 1 && output->channels % 4 == 0 && p.taps - 1 < 64) {
        for (; at.pixels != 0; tml_next(&at, output->width)) {
            convolve_pixel(&p, at);
        }
        return;
    }
    p.tap_rows = s->k_h;
    while (p.tap_rows > 1 && !fits(&p, 1, smaller(columns, 4))) {
        p.tap_rows--;
    }
    while (columns != 0 && !fits(&p, 1, columns)) {     /* never, of an empty window */
        columns--;
    }
    if (columns == 0) {
        convolve_slowly(&p, at);
        return;
    }
    if (columns < wanted) {
        columns = even_parts(wanted, columns);
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
