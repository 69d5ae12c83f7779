/* SPDX-License-Identifier: MIT */
/* Depthwise convolution, four channels at a time. Rows of their input are widened to halfwords
   once and kept as long as windows cover them; columns are cut so that they fit. Windows of more
   than 7 columns, other strides than 1 and 2, and multipliers go pixel by pixel.
   Stack: below 2 KB. */
#include <string.h>

#include "depthwise.h"
#include "quant.h"

enum {
    LANES = 4,              /* channels at a time */
    HEAD = 5,               /* words of a channel's block before its weights */
    MOST_COLUMNS = 7,       /* of a window */
    WORDS = 344,            /* blocks, rows, and where the rows are */
    BEYOND = 4              /* words read behind a row, whose sums are not stored */
};

/* One of the two directions of the planes. */
typedef struct {
    int32_t size, pad;                  /* of the input */
    uint32_t k, stride;
    uint32_t in_step, out_step;         /* bytes from one entry to the next */
    uint32_t weight_step;
} axis_t;

/* Four channels of some columns of the output. Rows go along x, or along y where that fits fours
   better and no ring wraps (`swapped`). */
typedef struct {
    const tml_depthwise_t *d;
    const axis_t *along, *across;
    const tml_ring_t *input, *output;
    int32_t *slots, **table;            /* the rows; where they are, twice: any may be the first */
    uint32_t swapped;
    int32_t left, first, end;           /* input column of a row's entry 0; entries inside */
    uint32_t row_words, most_rows;      /* of a row; kept */
    uint32_t padding;                   /* two halfwords */
    tml_widen_t widen;                  /* of the input */
    tml_depthwise_rows_t job;
    axis_t axes[2];
    int32_t words[WORDS + BEYOND];
} strip_t;

static __attribute__((noinline)) int8_t *pixel(const tml_depthwise_t *d, const tml_ring_t *ring,
                                               uint32_t row, uint32_t x)
{
    return tml_pixel(d->m, ring, d->deep != 0 ? d->y : row, x) + row * d->deep;
}

/* Entry `column` of a row. */
static int8_t *entry(const strip_t *t, const tml_ring_t *ring, uint32_t row, uint32_t column)
{
    return t->swapped ? pixel(t->d, ring, column, row) : pixel(t->d, ring, row, column);
}

/* `words`: a multiple of four. */
static __attribute__((noinline)) void fill(int32_t *to, uint32_t words, uint32_t value)
{
    const int32_t *end = to + words;
    for (; to != end; to += 4) {
        to[0] = to[1] = to[2] = to[3] = (int32_t)value;
    }
}

static int32_t clip(int32_t a, int32_t most)
{
    return a < 0 ? 0 : a > most ? most : a;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Widens rows of the input from the channel `c` on, the first one to slot `at`, as many as lie one
   behind the other; returns their number. */
static uint32_t widen_rows(strip_t *t, uint32_t c, int32_t row, uint32_t rows, uint32_t at)
{
    const uint32_t count = (uint32_t)(t->end - t->first), outside = t->widen.after;
    const uint32_t y = (uint32_t)row, x = (uint32_t)(t->left + t->first);
    int32_t *slot = t->slots + at * t->row_words;

    if (y >= (uint32_t)t->across->size || t->end <= t->first) {
        fill(slot, t->row_words, t->padding);
        return 1;
    }
    rows = least(rows, least((uint32_t)t->across->size - y, t->most_rows - at));
    uint32_t run = count;
    if (!t->swapped) {
        const uint32_t deep = t->d->deep;
        run = tml_contiguous(t->input, deep != 0 ? t->d->y : y, x);
        if (run < count) {
            rows = 1;
        } else if (deep == 0) {
            rows = least(rows, (run - count) / t->input->pitch + 1);
        }
    }
    const int8_t *from = entry(t, t->input, y, x) + c;
    int16_t *to = (int16_t *)(void *)slot + t->first;
    t->widen.rows = rows;
    t->widen.count = count;
    if (run < count) {                          /* a row in two pieces */
        const int8_t *rest = entry(t, t->input, y, x + run) + c;
        t->widen.count = run;
        memcpy(&t->widen.after, rest, LANES);
        tml_depthwise_widen(&t->widen, to, from);
        memcpy(&t->widen.before, from + (run - 1) * t->widen.step, LANES);
        t->widen.after = outside;
        t->widen.rows = 1;
        t->widen.count = count - run;
        from = rest;
        to += run;
    }
    tml_depthwise_widen(&t->widen, to, from);
    t->widen.before = outside;
    return rows;
}

/* Output channels from `c` on, of the strip's columns of some rows. */
static void convolve_rows(strip_t *t, uint32_t c, uint32_t y, uint32_t rows)
{
    const uint32_t stride = t->across->stride, k = t->across->k;
    const uint32_t most = (t->most_rows - k) / stride + 1;
    const int32_t origin = (int32_t)(y * stride) - t->across->pad;
    int32_t top = origin, next = origin;

    for (uint32_t high; rows != 0; rows -= high) {
        high = least(rows, most);
        const int32_t end = top + (int32_t)((high - 1) * stride + k);
        next = next < top ? top : next;
        while (next < end) {
            next += (int32_t)widen_rows(t, c, next, (uint32_t)(end - next),
                                        (uint32_t)(next - origin) % t->most_rows);
        }
        t->job.rows = t->table + (uint32_t)(top - origin) % t->most_rows;
        t->job.rows_end = t->job.rows + high * stride;
        tml_depthwise_rows(&t->job);
        t->job.out += high * t->job.out_step;
        top += (int32_t)(high * stride);
    }
}

/* The blocks of the channels from `c` on. */
static void prepare(strip_t *t, uint32_t c)
{
    const tml_depthwise_conv2d_t *s = t->d->s;
    const uint8_t *data = t->d->m->data;
    const int32_t *bias = (const int32_t *)(const void *)(data + s->bias) + c;
    const int32_t *mult = (const int32_t *)(const void *)(data + s->mult) + c;
    const int8_t *shift = (const int8_t *)data + s->shift + c;
    const uint32_t both = t->job.kind == 0;     /* 3x3: columns 0 and 1, 1 and 2 */
    const uint32_t step = t->along->weight_step, block_words = t->job.block_bytes / 4;
    tml_widen_t w = {
        .step = step, .advance = both ? step : 2 * step, .plane = t->job.block_bytes,
        .count = both ? 4 : t->along->k, .rows = t->across->k,
        .row_step = t->across->weight_step, .to_step = 4 * t->job.pairs,
    };

    if (t->along->k % 2 == 0) {
        fill(t->words, LANES * block_words, 0);
    }
    int32_t *block = t->words;
    for (uint32_t i = 0; i < t->job.channels; i++, block += block_words) {
        const int32_t right = -*shift++;
        block[0] = *mult++;
        block[1] = (int32_t)((2u * (uint32_t)s->output_zp + 1) << ((right - 1) & 31));
        block[2] = right;
        block[3] = *bias++;
        block[4] = 0;
    }
    tml_depthwise_widen(&w, (int16_t *)(void *)(t->words + HEAD),
                        (const int8_t *)data + s->weights + c * s->k_h * s->k_w);
}

void tml_depthwise_long(int32_t *acc, const int32_t *block, const tml_depthwise_conv2d_t *s,
                        uint32_t count)
{
    for (; count-- != 0; acc++) {
        const int32_t value = tml_requantise(*acc, (uint32_t)block[0], -block[2]);
        *acc = tml_clamp(tml_wrap_add(value, s->output_zp), s->act_min, s->act_max);
    }
}

/* Any window and multiplier, one channel of a pixel. */
static void convolve_pixel(const strip_t *t, uint32_t y, uint32_t x, uint32_t c)
{
    const tml_depthwise_t *d = t->d;
    const tml_depthwise_conv2d_t *s = d->s;
    const uint8_t *data = d->m->data;
    const int8_t *weight =
        (const int8_t *)data + s->weights + (c & ~3u) * s->k_h * s->k_w + (c & 3);
    int32_t acc = ((const int32_t *)(const void *)(data + s->bias))[c];
    const int32_t block[] = { ((const int32_t *)(const void *)(data + s->mult))[c], 0,
                              -((const int8_t *)data + s->shift)[c] };
    const uint32_t in_c = c / s->multiplier;
    uint32_t row = y * d->stride_h - (uint32_t)s->pad_top;

    for (uint32_t ky = 0; ky < s->k_h; ky++, row++) {
        uint32_t column = x * s->stride_w - (uint32_t)s->pad_left;
        for (uint32_t kx = 0; kx < s->k_w; kx++, column++, weight += LANES) {
            int32_t value = s->input_zp;
            if (row < (uint32_t)d->height && column < t->input->width) {
                value = pixel(d, t->input, row, column)[in_c];
            }
            acc = tml_wrap_add(acc, value * *weight);
        }
    }
    tml_depthwise_long(&acc, block, s, 1);
    pixel(d, t->output, y, x)[c] = (int8_t)acc;
}

/* Where the rows of some columns go. */
static void lay_out(strip_t *t, uint32_t x, uint32_t columns)
{
    const int32_t entries = (int32_t)((columns - 1) * t->along->stride + t->along->k);
    const uint32_t used = LANES * (t->job.block_bytes / 4), plane = (uint32_t)(entries + 1) / 2;

    t->left = (int32_t)(x * t->along->stride) - t->along->pad;
    t->first = clip(-t->left, entries);
    t->end = clip(t->along->size - t->left, entries);
    t->row_words = t->job.plane = t->widen.plane = 4 * plane;
    t->widen.to_step = LANES * 4 * plane;
    t->most_rows = (WORDS - used) / (t->row_words + 2);
    t->table = (int32_t **)(void *)(t->words + used);
    t->slots = t->words + used + 2 * t->most_rows;
    for (uint32_t i = 0; i < t->most_rows; i++) {
        t->table[i] = t->table[i + t->most_rows] = t->slots + i * t->row_words;
    }
    if (t->first > 1 || (uint32_t)(t->end + 1) / 2 < plane) {
        fill(t->slots, t->most_rows * t->row_words, t->padding);
    }
    t->job.last = (int32_t)t->job.out_pixel * ((int32_t)columns - 4);
    t->job.odd = columns % 4;
}

/* How many columns of output fit, with all rows of their windows; 0 if they go pixel by pixel. */
static uint32_t most_columns(const strip_t *t)
{
    const axis_t *along = t->along, *across = t->across;
    if (t->d->s->multiplier != 1 || t->d->channels < LANES || along->k - 1 >= MOST_COLUMNS ||
        across->k - 1 >= WORDS / 4 || along->stride - 1 >= 2 || across->stride == 0) {
        return 0;
    }
    const int32_t room = WORDS - LANES * (int32_t)(HEAD + across->k * (along->k / 2 + 1)) -
                         2 * (int32_t)(across->k * (along->k + 2 - along->stride));
    const uint32_t most = room < 0 ? 0 : (uint32_t)room / (2 * across->k * along->stride);
    return most < 4 ? most : most & ~3u;
}

/* Whether rows go along the axis; returns how many columns at a time, or 0. */
static uint32_t go_along(strip_t *t, uint32_t axis)
{
    t->swapped = axis;
    t->along = &t->axes[axis];
    t->across = &t->axes[1 - axis];
    return most_columns(t);
}

static int never_wraps(const tml_ring_t *ring)
{
    return ring->pixels == (ring->height - 1u) * ring->pitch + ring->width;
}

/* Sets all that depends on neither columns nor channels. */
static void set_axes(strip_t *t)
{
    const tml_depthwise_t *d = t->d;
    const tml_depthwise_conv2d_t *s = d->s;
    const tml_ring_t *input = t->input, *output = t->output;
    axis_t *x = &t->axes[0], *y = &t->axes[1];
    x->size = input->width;
    y->size = d->height;
    x->pad = s->pad_left;
    y->pad = s->pad_top;
    x->k = s->k_w;
    y->k = s->k_h;
    x->stride = s->stride_w;
    y->stride = d->stride_h;
    x->in_step = input->channels;
    x->out_step = output->channels;
    y->in_step = d->deep != 0 ? d->deep : (uint32_t)input->pitch * input->channels;
    y->out_step = d->deep != 0 ? d->deep : (uint32_t)output->pitch * output->channels;
    x->weight_step = LANES;
    y->weight_step = LANES * x->k;
}

static void set_job(strip_t *t)
{
    const tml_depthwise_conv2d_t *s = t->d->s;
    const axis_t *along = t->along, *across = t->across;
    t->padding = (uint16_t)s->input_zp * 0x10001u;
    t->widen.step = along->in_step;
    t->widen.advance = 2 * along->in_step;
    t->widen.row_step = across->in_step;
    t->widen.before = t->widen.after = (uint8_t)s->input_zp * 0x01010101u;
    t->job.rows_step = across->stride * sizeof t->table[0];
    t->job.out_step = across->out_step;
    t->job.out_pixel = along->out_step;
    t->job.block = t->words;
    t->job.k_h = across->k;
    t->job.pairs = along->k / 2 + 1;
    t->job.block_bytes = 4 * (HEAD + t->job.k_h * t->job.pairs);
    t->job.kind = along->stride - 1 + (along->k == 3 && across->k == 3 ? 0 : 2);
    t->job.quick = s->quick <= 2 ? s->quick : 0;
    t->job.s = s;
}

/* The strip's columns, all channels. */
static void convolve_strip(strip_t *t, uint32_t y, uint32_t x, uint32_t rows)
{
    for (uint32_t c = 0, first; c < t->d->channels; c += LANES) {
        t->job.channels = least(t->d->channels - c, LANES);
        t->job.offset = (LANES - t->job.channels) * t->job.plane;
        t->job.out = entry(t, t->output, y, x) + c;
        prepare(t, c);
        first = c - (LANES - t->job.channels);
        convolve_rows(t, first, y, rows);
    }
}

void tml_depthwise(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t rows,
                   uint32_t columns)
{
    strip_t t;
    uint32_t most = 0;
    t.d = d;
    t.input = &d->m->rings[d->s->input];
    t.output = &d->m->rings[d->s->output];
    set_axes(&t);
    if (d->deep == 0 && (rows + 3) / 4 * columns < (columns + 3) / 4 * rows &&
        never_wraps(t.input) && never_wraps(t.output)) {
        most = go_along(&t, 1);
    }
    if (most == 0) {
        most = go_along(&t, 0);
    }
    if (most == 0) {
        for (uint32_t i = 0; i < rows * columns; i++) {
            for (uint32_t c = 0; c < d->channels; c++) {
                convolve_pixel(&t, y + i / columns, x + i % columns, c);
            }
        }
        return;
    }
    set_job(&t);
    if (t.swapped) {
        uint32_t swap = x;
        x = y;
        y = swap;
        swap = rows;
        rows = columns;
        columns = swap;
    }
    for (uint32_t piece; columns != 0; x += piece, columns -= piece) {
        piece = least(most, columns);
        lay_out(&t, x, piece);
        convolve_strip(&t, y, x, rows);
    }
}
