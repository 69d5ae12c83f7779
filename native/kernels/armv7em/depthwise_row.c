/* SPDX-License-Identifier: MIT */
/* Depthwise convolution of windows of 3x3 row by row: what is too few rows for depthwise_strip.c,
   which widens less of many. Stack: 1.5 KB. Instructions per product, requantising included: 2.6;
   of rows of 5 or 6 pixels 3.0, of stride 2 3.2. */
#include <stddef.h>

#include "depthwise.h"

enum {
    MOST_ENTRIES = 50,          /* columns of input at a time */
    ENTRY = 6,                  /* words */
    MANY_PIXELS = 64            /* of more than one row go as strips */
};

/* Four channels of some pixels of a row; depthwise_row3.S knows the order of fields. */
typedef struct {
    int32_t bias[4], weights[3 * ENTRY], mult[4], right[4];
    int32_t zero;               /* 1 + 2 * output zero point */
    int8_t *out;
    uint32_t out_step;          /* bytes from a pixel to the next */
    int32_t back;               /* bytes from the end of a window to the next window */
    int8_t *out_end;
    uint32_t advance[3];        /* bytes of input from a group of channels to the next */
    const int8_t *rows[3];      /* of the input, from the first entry inside on */
    uint32_t steps[3];          /* bytes from a pixel to the next */
    int32_t *to;                /* the first entry inside */
    uint32_t count;             /* of those inside */
    int32_t *first;             /* entry */
    int32_t rewind;             /* bytes from `out_end` to the next group's output */
    uint32_t groups;            /* of channels, to come */
    const uint8_t *sources[4];  /* weights, biases, multipliers, shifts of the next group */
    uint32_t padding;           /* four channels */
    int32_t entries[ENTRY * MOST_ENTRIES + 2];
} tml_depthwise_row_t;

#define AT(field, at) (offsetof(tml_depthwise_row_t, field) == (at))
typedef char tml_depthwise_row_layout[
    sizeof(void *) != 4 || (AT(weights, 16) && AT(mult, 88) && AT(out, 124) && AT(out_end, 136) &&
    AT(advance, 140) && AT(first, 184) && AT(sources, 196)) ? 1 : -1];

void tml_depthwise_row3(tml_depthwise_row_t *t);

static void set_sources(tml_depthwise_row_t *t, const tml_depthwise_t *d)
{
    const tml_depthwise_conv2d_t *s = d->s;
    const uint8_t *data = d->m->data;
    t->sources[0] = data + s->weights;
    t->sources[1] = data + s->bias;
    t->sources[2] = data + s->mult;
    t->sources[3] = data + s->shift;
    t->groups = d->channels / TML_LANES;
}

/* Points at the rows under a row of windows, from column `x` of the input on. Returns whether
   these are in one piece. */
static int find_rows(tml_depthwise_row_t *t, const tml_depthwise_t *d, uint32_t y, uint32_t x)
{
    const tml_ring_t *input = &d->m->rings[d->s->input];
    for (uint32_t i = 0; i < 3; i++) {
        const uint32_t row = y * d->stride_h - (uint32_t)d->s->pad_top + i;
        t->rows[i] = (const int8_t *)&t->padding;
        t->steps[i] = t->advance[i] = 0;
        if (row < (uint32_t)d->height) {
            if (tml_contiguous(input, d->deep != 0 ? d->y : row, x) < t->count) {
                return 0;
            }
            t->rows[i] = tml_depthwise_at(d, input, row, x);
            t->steps[i] = input->channels;
            t->advance[i] = TML_LANES;
        }
    }
    return 1;
}

/* Padding for some entries, and maybe two words of the next one. */
static void fill(tml_depthwise_row_t *t, uint32_t first, uint32_t end, int32_t zero_point)
{
    tml_depthwise_fill(t->entries + ENTRY * first, ENTRY * (end - first),
                       (uint16_t)zero_point * 0x10001u);
}

/* Some pixels of a row. Returns whether it can. */
static int convolve(tml_depthwise_row_t *t, const tml_depthwise_t *d, uint32_t y, uint32_t x,
                    uint32_t columns)
{
    const tml_depthwise_conv2d_t *s = d->s;
    const tml_ring_t *input = &d->m->rings[s->input], *output = &d->m->rings[s->output];
    const uint32_t entries = (columns - 1) * s->stride_w + 3;
    const tml_window_t w = tml_window(x, s->stride_w, (uint32_t)s->pad_left, entries, input->width);
    if (w.first >= w.end) {
        return 0;
    }
    t->count = (uint32_t)(w.end - w.first);
    if (!find_rows(t, d, y, (uint32_t)(w.start + w.first))) {
        return 0;
    }
    fill(t, 0, (uint32_t)w.first, s->input_zp);
    fill(t, (uint32_t)w.end, entries, s->input_zp);
    t->first = t->entries;
    t->to = t->entries + ENTRY * w.first;
    t->out = tml_depthwise_at(d, output, y, x);
    t->out_step = output->channels;
    t->out_end = t->out + columns * t->out_step;
    t->rewind = TML_LANES - (int32_t)(columns * t->out_step);
    set_sources(t, d);
    tml_depthwise_row3(t);
    return 1;
}

int tml_depthwise_row(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t rows,
                      uint32_t columns)
{
    const tml_depthwise_conv2d_t *s = d->s;
    tml_depthwise_row_t t;
    if (s->k_h != 3 || s->k_w != 3 || s->multiplier != 1 || d->channels % TML_LANES != 0 ||
        s->quick - 1u >= 2 || s->stride_w - 1u >= 2 || (rows > 1 && rows * columns >= MANY_PIXELS)) {
        return 0;
    }
    t.zero = 2 * s->output_zp + 1;
    t.padding = (uint8_t)s->input_zp * 0x01010101u;
    t.back = 4 * ENTRY * (s->stride_w - 3);
    const uint32_t most = (MOST_ENTRIES - 3) / s->stride_w + 1;
    for (uint32_t i = 0; i < rows; i++) {
        for (uint32_t done = 0, piece; done < columns; done += piece) {
            piece = columns - done < most ? columns - done : most;
            if (!convolve(&t, d, y + i, x + done, piece)) {
                return 0;
            }
        }
    }
    return 1;
}
