/* SPDX-License-Identifier: MIT */
/* Depthwise convolution. A tile of the input, four channels wide and with its padding, is copied
   to the stack; there every window entry is at the same distance from every output pixel. 1 KB. */
#include "planes.h"

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

static uint32_t fours(uint32_t count)
{
    return (count + 3) & ~3u;
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
        const uint32_t rows = tml_smaller(p->tap_rows, p->s->k_h - row);
        tml_list_taps(taps, weight, k_w, rows, 4 * row * p->columns + c % 4,
                      4 * (p->columns - k_w));
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
            tml_planes_gather(p, c / 4, tile);
        }
        sum_up(p, c, pixels, sums, (const int32_t *)tile);
        p->rescale.end = c + 1;
        tml_rescale(sums, out, &p->rescale);
    }
}

/* Whether there is room for the tile of rows x columns output pixels. */
static int fits(const tml_planes_t *p, uint32_t rows, uint32_t columns)
{
    const uint32_t width = (columns - 1) * p->s->stride_w + p->s->k_w;
    const uint32_t height = (rows - 1) * p->s->stride_h + p->s->k_h;
    return p->taps - 1 < TML_ROOM && width <= TML_ROOM && height <= TML_ROOM &&
           2 * (p->tap_rows * p->s->k_w + 2) + 2 * fours(rows * columns) + width * height <=
           TML_ROOM;
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
    const uint32_t wanted = tml_smaller(output->width, at.pixels);
    uint32_t columns = tml_smaller(wanted, TML_ROOM);
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
            tml_planes_pixel(&p, at);
        }
        return;
    }
    p.tap_rows = s->k_h;
    while (p.tap_rows > 1 && !fits(&p, 1, tml_smaller(columns, 4))) {
        p.tap_rows--;
    }
    while (columns != 0 && !fits(&p, 1, columns)) {     /* never, of an empty window */
        columns--;
    }
    if (columns == 0) {
        tml_planes_slowly(&p, at);
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
        uint32_t count = tml_smaller(at.pixels, tml_contiguous(output, at.y, at.x));
        if (rows != 0) {
            count = tml_smaller(count, rows * columns - at.x);
            convolve(&p, at, 0, columns, count);
        } else {
            count = tml_smaller(tml_smaller(count, columns), output->width - (uint32_t)at.x);
            convolve(&p, at, at.x, count, count);
        }
        for (; count != 0; count--) {
            tml_next(&at, output->width);
        }
    }
}
