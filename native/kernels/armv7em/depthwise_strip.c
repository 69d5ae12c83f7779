/* SPDX-License-Identifier: MIT */
/* A strip of a depthwise convolution: widens rows of input, and has rows of output computed. */
#include <string.h>

#include "depthwise.h"

void tml_depthwise_fill(int32_t *to, uint32_t words, uint32_t value)
{
    const int32_t *end = to + words;
    for (; to < end; to += 4) {
        to[0] = to[1] = to[2] = to[3] = (int32_t)value;
    }
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Widens rows of the input from the channel `c` on, the first one to slot `at`, as many as lie one
   behind the other; returns their number. */
static uint32_t widen_rows(tml_strip_t *t, uint32_t c, int32_t row, uint32_t rows, uint32_t at)
{
    const uint32_t count = (uint32_t)(t->end - t->first), outside = t->widen.after;
    const uint32_t y = (uint32_t)row, x = (uint32_t)(t->left + t->first);
    int32_t *slot = t->slots + at * t->widen.plane;

    if (y >= (uint32_t)t->across.size || t->end <= t->first) {
        tml_depthwise_fill(slot, t->widen.plane, t->padding);
        return 1;
    }
    rows = least(rows, least((uint32_t)t->across.size - y, t->most_rows - at));
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
    const int8_t *from = tml_depthwise_entry(t, t->input, y, x) + c;
    int16_t *to = (int16_t *)(void *)slot + t->first;
    t->widen.rows = rows;
    t->widen.count = count;
    if (run < count) {                          /* a row in two pieces */
        const int8_t *rest = tml_depthwise_entry(t, t->input, y, x + run) + c;
        t->widen.count = run;
        memcpy(&t->widen.after, rest, TML_LANES);
        tml_depthwise_widen(&t->widen, to, from);
        memcpy(&t->widen.before, from + (run - 1) * t->widen.step, TML_LANES);
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
static void convolve_rows(tml_strip_t *t, uint32_t c, uint32_t y, uint32_t rows)
{
    const uint32_t stride = t->across.stride, k = t->across.k;
    const uint32_t most = (t->most_rows - k) / stride + 1;
    const int32_t origin = (int32_t)(y * stride) - t->across.pad;
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

/* The blocks of the channels from `c` on: bias, multiplier, rounding, shift, weights. What comes
   before the weights has an upper half of 0: it is taken for a weight of column -1. */
static __attribute__((noinline)) void prepare(tml_strip_t *t, uint32_t c)
{
    const tml_depthwise_conv2d_t *s = t->d->s;
    const uint8_t *data = t->d->m->data;
    const int32_t *bias = (const int32_t *)(const void *)(data + s->bias) + c;
    const int32_t *mult = (const int32_t *)(const void *)(data + s->mult) + c;
    const int8_t *shift = (const int8_t *)data + s->shift + c;
    const uint32_t both = t->job.kind == 0;     /* 3x3: columns 0 and 1, 1 and 2 */
    const uint32_t step = t->along.weight_step, block_words = t->job.block_bytes / 4;
    tml_widen_t w = {
        .step = step, .advance = both ? step : 2 * step, .plane = t->job.block_bytes,
        .count = both ? 4 : t->along.k, .rows = t->across.k,
        .row_step = t->across.weight_step, .to_step = 4 * t->job.pairs,
    };

    if (t->along.k % 2 == 0) {
        tml_depthwise_fill(t->words, TML_LANES * block_words, 0);
    }
    int32_t *block = t->words;
    for (uint32_t i = 0; i < t->job.channels; i++, block += block_words) {
        const int32_t right = -*shift++;
        block[0] = *bias++;
        block[1] = *mult++;
        block[2] = (int32_t)((2u * (uint32_t)s->output_zp + 1) << ((right - 1) & 31));
        block[3] = right & 0xff;
    }
    tml_depthwise_widen(&w, (int16_t *)(void *)(t->words + TML_HEAD),
                        (const int8_t *)data + s->weights + c * s->k_h * s->k_w);
}

void tml_depthwise_strip(tml_strip_t *t, uint32_t y, uint32_t x, uint32_t rows)
{
    for (uint32_t c = 0, first; c < t->d->channels; c += TML_LANES) {
        t->job.channels = least(t->d->channels - c, TML_LANES);
        t->job.offset = (TML_LANES - t->job.channels) * t->job.plane;
        t->job.out = tml_depthwise_entry(t, t->output, y, x) + c;
        prepare(t, c);
        first = c - (TML_LANES - t->job.channels);
        convolve_rows(t, first, y, rows);
    }
}
