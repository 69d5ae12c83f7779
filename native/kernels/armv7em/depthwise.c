/* SPDX-License-Identifier: MIT */
/* Depthwise convolution, four channels at a time. Rows of their input are widened to halfwords
   once and kept as long as windows cover them; columns are cut so that they fit. Other windows
   than up to 10 x 7 of stride 1 or 2 go pixel by pixel. Stack: below 1.7 KB. */
#include <string.h>

#include "depthwise.h"
#include "quant.h"

enum {
    LANES = 4,              /* channels at a time */
    HEAD = 5,               /* words of a channel's block before its weights */
    MOST_COLUMNS = 7,       /* of a window */
    MOST_ROWS = 10,         /* of input that are kept */
    WORDS = 300,            /* blocks, rows, and a piece of output */
    BEYOND = 4              /* words read behind a row, whose sums are not stored */
};

/* Four channels of some columns of the output. */
typedef struct {
    const tml_depthwise_t *d;
    tml_depthwise_rows_t job;
    tml_widen_t widen;
    uint32_t channel;                   /* of the input: the first of four */
    int32_t left, first, end;           /* input column of a row's entry 0; entries inside */
    uint32_t row_words, most_rows;
    int32_t *table[2 * MOST_ROWS];      /* the rows, twice: any of them may be the first */
    int32_t words[WORDS + BEYOND];
} strip_t;

static const int8_t *input_pixel(const tml_depthwise_t *d, uint32_t row, uint32_t x)
{
    return tml_pixel(d->m, d->input, d->in_y + row * d->down, x) + row * d->deep;
}

static int8_t *output_pixel(const tml_depthwise_t *d, uint32_t row, uint32_t x)
{
    return tml_pixel(d->m, d->output, d->out_y + row * d->down, x) + row * d->deep;
}

static int32_t four_bytes(const int8_t *from)
{
    int32_t word;
    memcpy(&word, from, sizeof word);
    return word;
}

static void fill(int32_t *to, uint32_t words, int32_t value)
{
    while (words-- != 0) {
        *to++ = value;
    }
}

static int32_t clip(int32_t a, int32_t most)
{
    return a < 0 ? 0 : a > most ? most : a;
}

/* Widens one row of the input. */
static void widen_row(strip_t *t, int32_t row, int32_t *to)
{
    const tml_depthwise_t *d = t->d;
    const int32_t padding = (int32_t)((uint16_t)d->input_zp * 0x10001u);
    const uint32_t plane = t->widen.plane / 4, inside = (uint32_t)(t->end + 1) / 2;
    uint32_t count = (uint32_t)(t->end - t->first);

    if (row < 0 || row >= d->height || t->end <= t->first) {
        fill(to, t->row_words, padding);
        return;
    }
    for (uint32_t i = 0; i < t->row_words; i += plane) {
        fill(to + i, (uint32_t)t->first / 2, padding);
        fill(to + i + inside, plane - inside, padding);
    }
    const uint32_t x = (uint32_t)(t->left + t->first), y = (uint32_t)row;
    const uint32_t run = tml_contiguous(d->input, d->in_y + y * d->down, x);
    const int8_t *from = input_pixel(d, y, x) + t->channel;
    int16_t *at = (int16_t *)(void *)to + t->first;
    const int32_t outside = t->widen.after;
    if (run < count) {                          /* the ring wraps */
        const int8_t *rest = input_pixel(d, y, x + run) + t->channel;
        t->widen.after = four_bytes(rest);
        tml_depthwise_widen(&t->widen, at, from, run);
        t->widen.before = four_bytes(from + (run - 1) * t->widen.step);
        t->widen.after = outside;
        at += run;
        count -= run;
        from = rest;
    }
    tml_depthwise_widen(&t->widen, at, from, count);
    t->widen.before = outside;
}

/* Copies a piece of output that the ring keeps in two. */
static void scatter(const strip_t *t, const int8_t *from, uint32_t c, uint32_t y, uint32_t x,
                    uint32_t columns)
{
    for (; columns-- != 0; x++, from += LANES) {
        memcpy(output_pixel(t->d, y, x) + c, from, t->job.channels);
    }
}

/* Output channels from `c` on of all rows of some columns. */
static void convolve_columns(strip_t *t, uint32_t c, uint32_t y, uint32_t x, uint32_t rows,
                             uint32_t columns)
{
    const tml_depthwise_t *d = t->d;
    const int32_t entries = (int32_t)((columns - 1) * d->stride_w + d->k_w);
    const uint32_t plane = (uint32_t)(entries + 1) / 2;
    int32_t *slot = t->words + LANES * (t->job.block_bytes / 4);

    t->left = (int32_t)(x * d->stride_w) - d->pad_left;
    t->first = clip(-t->left, entries);
    t->end = clip(d->input->width - t->left, entries);
    t->widen.plane = t->job.plane = plane * 4;
    t->job.offset = (LANES - t->job.channels) * plane * 4;
    t->row_words = LANES * plane;
    t->most_rows = (uint32_t)(t->words + WORDS - columns - slot) / t->row_words;
    if (t->most_rows > MOST_ROWS) {
        t->most_rows = MOST_ROWS;
    }
    for (uint32_t i = 0; i < t->most_rows; i++, slot += t->row_words) {
        t->table[i] = t->table[i + t->most_rows] = slot;
    }
    t->job.odd = columns % 4;
    const int32_t origin = (int32_t)(y * d->stride_h) - d->pad_top;
    const uint32_t most = (t->most_rows - d->k_h) / d->stride_h + 1;
    int32_t next = origin;
    for (uint32_t high; rows != 0; rows -= high, y += high) {
        const uint32_t run = tml_contiguous(d->output, d->out_y + y * d->down, x);
        const int32_t top = (int32_t)(y * d->stride_h) - d->pad_top;
        high = rows < most ? rows : most;
        if (run < columns) {
            high = 1;
        } else if ((high - 1) * d->down * d->output->pitch > run - columns) {
            high = (run - columns) / d->output->pitch + 1;
        }
        for (next = next < top ? top : next;
             next < top + (int32_t)((high - 1) * d->stride_h + d->k_h); next++) {
            widen_row(t, next, t->table[(uint32_t)(next - origin) % t->most_rows]);
        }
        t->job.rows = t->table + (uint32_t)(top - origin) % t->most_rows;
        t->job.rows_end = t->job.rows + high * d->stride_h;
        t->job.out = run < columns ? (int8_t *)slot : output_pixel(d, y, x) + c;
        t->job.out_pixel = run < columns ? LANES : d->output->channels;
        t->job.last = (int32_t)t->job.out_pixel * ((int32_t)columns - 4);
        tml_depthwise_rows(&t->job);
        if (run < columns) {
            scatter(t, (int8_t *)slot, c, y, x, columns);
        }
    }
}

/* The blocks of the channels from `c` on. */
static void prepare(strip_t *t, uint32_t c)
{
    const tml_depthwise_t *d = t->d;
    const uint32_t both = t->job.kind == 0;     /* 3x3: columns 0 and 1, 1 and 2 */
    const tml_widen_t w = { LANES, both ? 4 : 8, t->job.block_bytes, 0, 0 };
    const int8_t *weights = d->weights + c * d->k_h * d->k_w;

    t->job.channels = d->channels - c < LANES ? d->channels - c : LANES;
    t->channel = d->channels - c < LANES ? d->channels - LANES : c;
    fill(t->words, LANES * (t->job.block_bytes / 4), 0);
    for (uint32_t i = 0; i < t->job.channels; i++) {
        int32_t *block = t->words + i * (t->job.block_bytes / 4);
        const int32_t shift = -d->shift[c + i];
        block[0] = (int32_t)d->mult[c + i];
        block[1] = (int32_t)((2u * (uint32_t)d->output_zp + 1) << ((shift - 1) & 31));
        block[2] = shift;
        block[3] = d->bias[c + i];
    }
    for (uint32_t ky = 0; ky < d->k_h; ky++, weights += LANES * d->k_w) {
        int32_t *to = t->words + HEAD + ky * (both ? 2 : t->job.pairs);
        tml_depthwise_widen(&w, (int16_t *)(void *)to, weights, both ? 4 : d->k_w);
    }
}

void tml_depthwise_long(int32_t *acc, const int32_t *block, const tml_depthwise_t *d)
{
    for (uint32_t i = 0; i < 4; i++) {
        const int32_t value = tml_requantise(acc[i], (uint32_t)block[0], -block[2]);
        acc[i] = tml_clamp(tml_wrap_add(value, d->output_zp), d->act_min, d->act_max);
    }
}

/* Any window and multiplier, one pixel. */
static void convolve_pixel(const tml_depthwise_t *d, uint32_t y, uint32_t x)
{
    const tml_window_t rows =
        tml_window(y, d->stride_h, (uint32_t)d->pad_top, d->k_h, (uint32_t)d->height);
    const tml_window_t columns =
        tml_window(x, d->stride_w, (uint32_t)d->pad_left, d->k_w, d->input->width);
    const int8_t *weights = d->weights;
    int8_t *out = output_pixel(d, y, x);

    for (uint32_t c = 0, lanes; c < d->channels; c += lanes) {
        int32_t acc[LANES];
        lanes = d->channels - c < LANES ? d->channels - c : LANES;
        memcpy(acc, d->bias + c, sizeof acc);
        for (int32_t ky = 0; ky < (int32_t)d->k_h; ky++) {
            for (int32_t kx = 0; kx < (int32_t)d->k_w; kx++, weights += LANES) {
                const int8_t *in = NULL;
                if (tml_inside(rows, ky) && tml_inside(columns, kx)) {
                    in = input_pixel(d, (uint32_t)(rows.start + ky),
                                     (uint32_t)(columns.start + kx));
                }
                for (uint32_t i = 0; i < lanes; i++) {
                    const int32_t value = in == NULL ? d->input_zp : in[(c + i) / d->multiplier];
                    acc[i] = tml_wrap_add(acc[i], value * weights[i]);
                }
            }
        }
        for (uint32_t i = 0; i < lanes; i++) {
            const int32_t value = tml_requantise(acc[i], d->mult[c + i], d->shift[c + i]);
            *out++ = tml_clamp(tml_wrap_add(value, d->output_zp), d->act_min, d->act_max);
        }
    }
}

/* How many columns of output fit, with all rows of their windows; 0 if they go pixel by pixel. */
static uint32_t most_columns(const tml_depthwise_t *d, uint32_t block_words)
{
    if (d->multiplier != 1 || d->channels < LANES || d->k_w - 1 >= MOST_COLUMNS ||
        d->k_h - 1 >= MOST_ROWS || d->stride_w - 1 >= 2 || d->stride_h == 0) {
        return 0;
    }
    const int32_t room = WORDS - LANES * (int32_t)block_words -
                         2 * (int32_t)(d->k_h * (d->k_w + 1 - d->stride_w));
    return room < 0 ? 0 : (uint32_t)room / (2 * d->k_h * d->stride_w + 1);
}

void tml_depthwise(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t rows,
                   uint32_t columns)
{
    const uint32_t by3 = d->k_h == 3 && d->k_w == 3;
    const uint32_t pairs = d->k_w / 2 + 1, block_words = HEAD + d->k_h * pairs;
    const uint32_t most = most_columns(d, block_words);

    if (most == 0) {
        for (uint32_t i = 0; i < rows * columns; i++) {
            convolve_pixel(d, y + i / columns, x + i % columns);
        }
        return;
    }
    const uint32_t pieces = (columns + most - 1) / most;
    uint32_t piece = ((columns + pieces - 1) / pieces + 3) & ~3u;
    piece = piece < most ? piece : most;
    strip_t t;
    t.d = t.job.d = d;
    t.widen.step = d->input->channels;
    t.widen.advance = 2 * t.widen.step;
    t.widen.before = t.widen.after = (int32_t)((uint8_t)d->input_zp * 0x01010101u);
    t.job.rows_step = d->stride_h * sizeof t.table[0];
    t.job.out_step = d->down * d->output->pitch * d->output->channels + d->deep;
    t.job.block = t.words;
    t.job.block_bytes = block_words * 4;
    t.job.k_h = d->k_h;
    t.job.pairs = pairs;
    t.job.kind = d->stride_w - 1 + (by3 ? 0 : 2);
    t.job.quick = d->quick <= 2 ? d->quick : 0;
    for (uint32_t c = 0; c < d->channels; c += LANES) {
        prepare(&t, c);
        for (uint32_t at = 0; at < columns; at += piece) {
            convolve_columns(&t, c, y, x + at, rows,
                             columns - at < piece ? columns - at : piece);
        }
    }
}
