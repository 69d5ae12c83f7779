/* SPDX-License-Identifier: MIT */
/* Depthwise convolution, four channels at a time. Rows of their input are widened to halfwords
   once and kept as long as windows cover them; columns are cut so that they fit. Windows of more
   than 7 columns, other strides than 1 and 2, and multipliers go pixel by pixel.
   Stack: below 1.7 KB. */
#include <string.h>

#include "depthwise.h"
#include "quant.h"

enum {
    LANES = 4,              /* channels at a time */
    HEAD = 5,               /* words of a channel's block before its weights */
    MOST_COLUMNS = 7,       /* of a window */
    WORDS = 320,            /* blocks, rows, and where the rows are */
    BEYOND = 4              /* words read behind a row, whose sums are not stored */
};

/* One of the two directions of the planes. */
typedef struct {
    int32_t size, pad;                  /* of the input */
    uint32_t k, stride;
    uint32_t in_step, out_step;         /* bytes from one entry to the next */
    uint32_t weight_step;
} axis_t;

/* Four channels of some columns of the output. `along` is the axis of rows: x, or y where that fits
   fours better and no ring wraps (`swapped`). */
typedef struct {
    const tml_depthwise_t *d;
    axis_t along, across;
    uint32_t swapped;
    tml_depthwise_rows_t job;
    tml_widen_t widen;                  /* of the input */
    const tml_ring_t *input, *output;
    int32_t left, first, end;           /* input column of a row's entry 0; entries inside */
    uint32_t row_words, most_rows;      /* of a row; kept */
    int32_t *slots, **table;            /* the rows; where they are, twice: any may be the first */
    int32_t words[WORDS + BEYOND];
} strip_t;

static int8_t *pixel(const tml_depthwise_t *d, const tml_ring_t *ring, uint32_t row, uint32_t x)
{
    return d->deep != 0 ? tml_pixel(d->m, ring, d->y, x) + row * d->deep
                        : tml_pixel(d->m, ring, row, x);
}

/* Entry `column` of a row, along and across as the strip goes. */
static int8_t *entry(const strip_t *t, const tml_ring_t *ring, uint32_t row, uint32_t column)
{
    return t->swapped ? pixel(t->d, ring, column, row) : pixel(t->d, ring, row, column);
}

/* `words`: a multiple of four. */
static void fill(int32_t *to, uint32_t words, uint32_t value)
{
    const int32_t *end = to + words;
    for (; to != end; to += 4) {
        to[0] = to[1] = to[2] = to[3] = (int32_t)value;
    }
}

/* Two halfwords of padding. */
static uint32_t padding(const tml_depthwise_t *d)
{
    return (uint16_t)d->s->input_zp * 0x10001u;
}

static int32_t clip(int32_t a, int32_t most)
{
    return a < 0 ? 0 : a > most ? most : a;
}

/* Widens a row of the input that its ring keeps in two pieces; the first has `run` pixels. */
static void widen_pieces(strip_t *t, int16_t *to, const int8_t *from, const int8_t *rest,
                         uint32_t run)
{
    const uint32_t count = t->widen.count, outside = t->widen.after;
    t->widen.count = run;
    memcpy(&t->widen.after, rest, LANES);
    tml_depthwise_widen(&t->widen, to, from);
    t->widen.count = count - run;
    t->widen.rows = 1;
    t->widen.after = outside;
    memcpy(&t->widen.before, from + (run - 1) * t->widen.step, LANES);
    tml_depthwise_widen(&t->widen, to + run, rest);
    t->widen.count = count;
    t->widen.before = outside;
}

/* Widens rows of the input from the channel `c` on, the first one to slot `at`, as many as lie one
   behind the other; returns their number. */
static uint32_t widen_rows(strip_t *t, uint32_t c, int32_t row, uint32_t rows, uint32_t at)
{
    const uint32_t count = t->widen.count, y = (uint32_t)row;
    int32_t *slot = t->slots + at * t->row_words;

    if (row < 0 || row >= t->across.size || t->end <= t->first) {
        fill(slot, t->row_words, padding(t->d));
        return 1;
    }
    const uint32_t x = (uint32_t)(t->left + t->first);
    uint32_t run = UINT32_MAX, fit = (uint32_t)t->across.size - y;
    rows = fit < rows ? fit : rows;
    fit = t->most_rows - at;
    rows = fit < rows ? fit : rows;
    if (!t->swapped) {
        run = tml_contiguous(t->input, t->d->deep != 0 ? t->d->y : y, x);
        fit = run < count ? 1 : t->d->deep != 0 ? rows : (run - count) / t->input->pitch + 1;
        rows = fit < rows ? fit : rows;
    }
    const int8_t *from = entry(t, t->input, y, x) + c;
    int16_t *to = (int16_t *)(void *)slot + t->first;
    t->widen.rows = rows;
    if (run < count) {
        widen_pieces(t, to, from, entry(t, t->input, y, x + run) + c, run);
    } else {
        tml_depthwise_widen(&t->widen, to, from);
    }
    return rows;
}

/* Output channels from `c` on, of the strip's columns of some rows. */
static void convolve_rows(strip_t *t, uint32_t c, uint32_t y, uint32_t rows)
{
    const uint32_t stride = t->across.stride, k = t->across.k;
    const uint32_t first = c - (LANES - t->job.channels);
    const uint32_t most = (t->most_rows - k) / stride + 1;
    const int32_t origin = (int32_t)(y * stride) - t->across.pad;
    int32_t top = origin, next = origin;

    for (uint32_t high; rows != 0; rows -= high) {
        high = rows < most ? rows : most;
        const int32_t end = top + (int32_t)((high - 1) * stride + k);
        next = next < top ? top : next;
        while (next < end) {
            next += (int32_t)widen_rows(t, first, next, (uint32_t)(end - next),
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
    const tml_model_t *m = t->d->m;
    const int32_t *bias = (const int32_t *)(const void *)(m->data + s->bias) + c;
    const uint32_t *mult = (const uint32_t *)(const void *)(m->data + s->mult) + c;
    const int8_t *shift = (const int8_t *)m->data + s->shift + c;
    const uint32_t both = t->job.kind == 0;     /* 3x3: columns 0 and 1, 1 and 2 */
    tml_widen_t w = {
        .step = t->along.weight_step, .advance = t->along.weight_step * (both ? 1 : 2),
        .plane = t->job.block_bytes, .count = both ? 4 : t->along.k, .rows = t->across.k,
        .row_step = t->across.weight_step, .to_step = 4 * t->job.pairs,
    };

    t->job.channels = t->d->channels - c < LANES ? t->d->channels - c : LANES;
    t->job.offset = (LANES - t->job.channels) * t->job.plane;
    if (t->along.k % 2 == 0) {
        fill(t->words, t->job.block_bytes, 0);
    }
    int32_t *block = t->words;
    for (uint32_t i = 0; i < t->job.channels; i++, block += t->job.block_bytes / 4) {
        block[0] = (int32_t)mult[i];
        block[1] = (int32_t)((2u * (uint32_t)s->output_zp + 1) << ((-shift[i] - 1) & 31));
        block[2] = -shift[i];
        block[3] = bias[i];
        block[4] = 0;
    }
    tml_depthwise_widen(&w, (int16_t *)(void *)(t->words + HEAD),
                        (const int8_t *)m->data + s->weights + c * s->k_h * s->k_w);
}

void tml_depthwise_long(int32_t *acc, const int32_t *block, const tml_depthwise_conv2d_t *s)
{
    for (uint32_t i = 0; i < 4; i++) {
        const int32_t value = tml_requantise(acc[i], (uint32_t)block[0], -block[2]);
        acc[i] = tml_clamp(tml_wrap_add(value, s->output_zp), s->act_min, s->act_max);
    }
}

/* Any window and multiplier: four channels, or the last ones, of one pixel. */
static void convolve_pixel(const tml_depthwise_t *d, uint32_t c, uint32_t y, uint32_t x)
{
    const tml_depthwise_conv2d_t *s = d->s;
    const tml_ring_t *input = &d->m->rings[s->input];
    const tml_window_t rows =
        tml_window(y, d->stride_h, (uint32_t)s->pad_top, s->k_h, (uint32_t)d->height);
    const tml_window_t columns =
        tml_window(x, s->stride_w, (uint32_t)s->pad_left, s->k_w, input->width);
    const uint32_t lanes = d->channels - c < LANES ? d->channels - c : LANES;
    const int32_t *bias = (const int32_t *)(const void *)(d->m->data + s->bias) + c;
    const int8_t *weights = (const int8_t *)d->m->data + s->weights + c * s->k_h * s->k_w;
    int8_t *out = pixel(d, &d->m->rings[s->output], y, x) + c;

    for (uint32_t i = 0; i < lanes; i++) {
        const uint32_t in_c = (c + i) / s->multiplier;
        const int8_t *weight = weights + i;
        int32_t acc = bias[i];
        for (int32_t ky = 0; ky < s->k_h; ky++) {
            for (int32_t kx = 0; kx < s->k_w; kx++, weight += LANES) {
                int32_t value = s->input_zp;
                if (tml_inside(rows, ky) && tml_inside(columns, kx)) {
                    value = pixel(d, input, (uint32_t)(rows.start + ky),
                                  (uint32_t)(columns.start + kx))[in_c];
                }
                acc = tml_wrap_add(acc, value * *weight);
            }
        }
        acc = tml_requantise(acc, ((const uint32_t *)(const void *)(d->m->data + s->mult))[c + i],
                             ((const int8_t *)d->m->data + s->shift)[c + i]);
        out[i] = tml_clamp(tml_wrap_add(acc, s->output_zp), s->act_min, s->act_max);
    }
}

/* Where the rows of some columns go. */
static void lay_out(strip_t *t, uint32_t x, uint32_t columns)
{
    const int32_t entries = (int32_t)((columns - 1) * t->along.stride + t->along.k);

    t->left = (int32_t)(x * t->along.stride) - t->along.pad;
    t->first = clip(-t->left, entries);
    t->end = clip(t->along.size - t->left, entries);
    t->widen.count = (uint32_t)(t->end - t->first);
    t->widen.plane = t->job.plane = (uint32_t)(entries + 1) / 2 * 4;
    t->widen.to_step = LANES * t->job.plane;
    t->row_words = t->job.plane;
    const uint32_t used = LANES * (t->job.block_bytes / 4);
    t->most_rows = (WORDS - used) / (t->row_words + 2);
    t->table = (int32_t **)(void *)(t->words + used);
    t->slots = t->words + used + 2 * t->most_rows;
    for (uint32_t i = 0; i < t->most_rows; i++) {
        t->table[i] = t->table[i + t->most_rows] = t->slots + i * t->row_words;
    }
    if (t->first > 1 || (uint32_t)(t->end + 1) / 2 < t->job.plane / 4) {
        fill(t->slots, t->most_rows * t->row_words, padding(t->d));
    }
    t->job.last = (int32_t)t->job.out_pixel * ((int32_t)columns - 4);
    t->job.odd = columns % 4;
}

/* How many columns of output fit, with all rows of their windows; 0 if they go pixel by pixel. */
static uint32_t most_columns(const strip_t *t)
{
    const axis_t *along = &t->along, *across = &t->across;
    if (t->d->s->multiplier != 1 || t->d->channels < LANES || along->k - 1 >= MOST_COLUMNS ||
        across->k - 1 >= WORDS / 4 || along->stride - 1 >= 2 || across->stride == 0) {
        return 0;
    }
    const int32_t room = WORDS - LANES * (int32_t)(HEAD + across->k * t->job.pairs) -
                         2 * (int32_t)(across->k * (along->k + 2 - along->stride));
    const uint32_t most = room < 0 ? 0 : (uint32_t)room / (2 * across->k * along->stride);
    return most < 4 ? most : most & ~3u;
}

static int never_wraps(const tml_ring_t *ring)
{
    return ring->pixels == (ring->height - 1u) * ring->pitch + ring->width;
}

/* Sets all that doesn't depend on columns; returns how many columns go at a time. */
static uint32_t set_up(strip_t *t, uint32_t rows, uint32_t columns)
{
    const tml_depthwise_t *d = t->d;
    const tml_depthwise_conv2d_t *s = d->s;
    const tml_ring_t *input = t->input, *output = t->output;
    const axis_t x = { input->width, s->pad_left, s->k_w, s->stride_w,
                       input->channels, output->channels, LANES };
    const axis_t y = { d->height, s->pad_top, s->k_h, d->stride_h,
                       d->deep != 0 ? d->deep : (uint32_t)input->pitch * input->channels,
                       d->deep != 0 ? d->deep : (uint32_t)output->pitch * output->channels,
                       LANES * (uint32_t)s->k_w };
    t->along = t->swapped ? y : x;
    t->across = t->swapped ? x : y;
    t->widen.step = t->along.in_step;
    t->widen.advance = 2 * t->along.in_step;
    t->widen.row_step = t->across.in_step;
    t->widen.before = t->widen.after = (uint8_t)s->input_zp * 0x01010101u;
    t->job.rows_step = t->across.stride * sizeof t->table[0];
    t->job.out_step = t->across.out_step;
    t->job.out_pixel = t->along.out_step;
    t->job.block = t->words;
    t->job.k_h = t->across.k;
    t->job.pairs = t->along.k / 2 + 1;
    t->job.block_bytes = 4 * (HEAD + t->job.k_h * t->job.pairs);
    t->job.kind = t->along.stride - 1 + (t->along.k == 3 && t->across.k == 3 ? 0 : 2);
    t->job.quick = s->quick <= 2 ? s->quick : 0;
    t->job.s = s;
    const uint32_t most = most_columns(t);
    if (most != 0) {
        const uint32_t pieces = (columns + most - 1) / most;
        const uint32_t piece = ((columns + pieces - 1) / pieces + 3) & ~3u;
        return piece < most ? piece : most;
    }
    (void)rows;
    return 0;
}

void tml_depthwise(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t rows,
                   uint32_t columns)
{
    strip_t t;
    t.d = d;
    t.input = &d->m->rings[d->s->input];
    t.output = &d->m->rings[d->s->output];
    t.swapped = d->deep == 0 && (rows + 3) / 4 * columns < (columns + 3) / 4 * rows &&
                never_wraps(t.input) && never_wraps(t.output);
    uint32_t piece = t.swapped ? set_up(&t, columns, rows) : 0;
    if (piece == 0) {
        t.swapped = 0;
        piece = set_up(&t, rows, columns);
    }
    if (piece == 0) {
        for (uint32_t i = 0; i < rows * columns; i++) {
            for (uint32_t c = 0; c < d->channels; c += LANES) {
                convolve_pixel(d, c, y + i / columns, x + i % columns);
            }
        }
        return;
    }
    uint32_t row = t.swapped ? x : y, column = t.swapped ? y : x;
    uint32_t high = t.swapped ? columns : rows, left = t.swapped ? rows : columns;
    for (; left != 0; column += piece, left -= piece) {
        piece = piece < left ? piece : left;
        lay_out(&t, column, piece);
        for (uint32_t c = 0; c < d->channels; c += LANES) {
            prepare(&t, c);
            t.job.out = entry(&t, t.output, row, column) + c;
            convolve_rows(&t, c, row, high);
        }
    }
}
