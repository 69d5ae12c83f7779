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

/* Four channels of some columns of the output. */
typedef struct {
    const tml_depthwise_t *d;
    tml_depthwise_rows_t job;
    tml_widen_t widen;                  /* of the input */
    const tml_ring_t *input;
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
    const tml_depthwise_t *d = t->d;
    const uint32_t count = t->widen.count;
    int32_t *slot = t->slots + at * t->row_words;

    if (row < 0 || row >= d->height || t->end <= t->first) {
        fill(slot, t->row_words, padding(d));
        return 1;
    }
    const uint32_t y = (uint32_t)row, x = (uint32_t)(t->left + t->first);
    const uint32_t run = tml_contiguous(t->input, d->deep != 0 ? d->y : y, x);
    uint32_t fit = d->deep != 0 ? rows : run < count ? 1 : (run - count) / t->input->pitch + 1;
    fit = fit < (uint32_t)d->height - y ? fit : (uint32_t)d->height - y;
    fit = fit < t->most_rows - at ? fit : t->most_rows - at;
    rows = fit < rows ? fit : rows;
    if (run < count) {
        rows = 1;
    }
    const int8_t *from = pixel(d, t->input, y, x) + c;
    int16_t *to = (int16_t *)(void *)slot + t->first;
    t->widen.rows = rows;
    if (run < count) {
        widen_pieces(t, to, from, pixel(d, t->input, y, x + run) + c, run);
    } else {
        tml_depthwise_widen(&t->widen, to, from);
    }
    return rows;
}

/* Output channels from `c` on, of the strip's columns of some rows. */
static void convolve_rows(strip_t *t, uint32_t c, uint32_t y, uint32_t rows)
{
    const tml_depthwise_conv2d_t *s = t->d->s;
    const uint32_t first = c - (LANES - t->job.channels);
    const uint32_t most = (t->most_rows - s->k_h) / t->d->stride_h + 1;
    const int32_t origin = (int32_t)(y * t->d->stride_h) - s->pad_top;
    int32_t top = origin, next = origin;

    for (uint32_t high; rows != 0; rows -= high) {
        high = rows < most ? rows : most;
        const int32_t end = top + (int32_t)((high - 1) * t->d->stride_h + s->k_h);
        next = next < top ? top : next;
        while (next < end) {
            next += (int32_t)widen_rows(t, first, next, (uint32_t)(end - next),
                                        (uint32_t)(next - origin) % t->most_rows);
        }
        t->job.rows = t->table + (uint32_t)(top - origin) % t->most_rows;
        t->job.rows_end = t->job.rows + high * t->d->stride_h;
        tml_depthwise_rows(&t->job);
        t->job.out += high * t->job.out_step;
        top += (int32_t)(high * t->d->stride_h);
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
        .step = LANES, .advance = both ? LANES : 2 * LANES, .plane = t->job.block_bytes,
        .count = both ? 4 : s->k_w, .rows = s->k_h,
        .row_step = LANES * s->k_w, .to_step = 4 * t->job.pairs,
    };

    t->job.channels = t->d->channels - c < LANES ? t->d->channels - c : LANES;
    t->job.offset = (LANES - t->job.channels) * t->job.plane;
    if (s->k_w % 2 == 0) {
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
    const tml_depthwise_conv2d_t *s = t->d->s;
    const int32_t entries = (int32_t)((columns - 1) * s->stride_w + s->k_w);

    t->left = (int32_t)(x * s->stride_w) - s->pad_left;
    t->first = clip(-t->left, entries);
    t->end = clip(t->input->width - t->left, entries);
    t->widen.count = (uint32_t)(t->end - t->first);
    t->widen.plane = t->job.plane = (uint32_t)(entries + 1) / 2 * 4;
    t->widen.to_step = LANES * t->job.plane;
    t->row_words = LANES * (t->job.plane / 4);
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
static uint32_t most_columns(const tml_depthwise_t *d, uint32_t block_words)
{
    const tml_depthwise_conv2d_t *s = d->s;
    if (s->multiplier != 1 || d->channels < LANES || s->k_w - 1u >= MOST_COLUMNS ||
        s->k_h - 1u >= WORDS / 4 || s->stride_w - 1u >= 2 || d->stride_h == 0) {
        return 0;
    }
    const int32_t room = WORDS - LANES * (int32_t)block_words -
                         2 * s->k_h * (s->k_w + 2 - s->stride_w);
    const uint32_t most = room < 0 ? 0 : (uint32_t)(room / (2 * s->k_h * s->stride_w));
    return most < 4 ? most : most & ~3u;
}

void tml_depthwise(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t rows,
                   uint32_t columns)
{
    const tml_depthwise_conv2d_t *s = d->s;
    const tml_ring_t *input = &d->m->rings[s->input], *output = &d->m->rings[s->output];
    const uint32_t by3 = s->k_h == 3 && s->k_w == 3;
    const uint32_t pairs = s->k_w / 2u + 1, block_words = HEAD + s->k_h * pairs;
    const uint32_t most = most_columns(d, block_words);

    if (most == 0) {
        for (uint32_t i = 0; i < rows * columns; i++) {
            for (uint32_t c = 0; c < d->channels; c += LANES) {
                convolve_pixel(d, c, y + i / columns, x + i % columns);
            }
        }
        return;
    }
    const uint32_t pieces = (columns + most - 1) / most;
    uint32_t piece = ((columns + pieces - 1) / pieces + 3) & ~3u;
    piece = piece < most ? piece : most;
    strip_t t;
    t.d = d;
    t.input = input;
    t.widen.step = input->channels;
    t.widen.advance = 2u * input->channels;
    t.widen.row_step = d->deep != 0 ? d->deep : (uint32_t)input->pitch * input->channels;
    t.widen.before = t.widen.after = (uint8_t)s->input_zp * 0x01010101u;
    t.job.rows_step = d->stride_h * sizeof t.table[0];
    t.job.out_step = d->deep != 0 ? d->deep : (uint32_t)output->pitch * output->channels;
    t.job.out_pixel = output->channels;
    t.job.block = t.words;
    t.job.block_bytes = block_words * 4;
    t.job.k_h = s->k_h;
    t.job.pairs = pairs;
    t.job.kind = s->stride_w - 1u + (by3 ? 0 : 2);
    t.job.quick = s->quick <= 2 ? s->quick : 0;
    t.job.s = s;
    for (; columns != 0; x += piece, columns -= piece) {
        piece = piece < columns ? piece : columns;
        lay_out(&t, x, piece);
        for (uint32_t c = 0; c < d->channels; c += LANES) {
            prepare(&t, c);
            t.job.out = pixel(d, output, y, x) + c;
            convolve_rows(&t, c, y, rows);
        }
    }
}
