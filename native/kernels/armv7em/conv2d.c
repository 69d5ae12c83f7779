/* SPDX-License-Identifier: MIT */
/* Convolution on cores with the DSP extension: filter.c, four output pixels at a time. */
#include <string.h>

#include "filter.h"

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Output pixels from (y, x) on, of inputs one behind the other as they are. */
static void filter_run(tml_filter_t *f, const int8_t *in, int8_t *out, uint32_t run)
{
    while (run != 0) {
        const uint32_t pixels = run < 4 ? 1 : 4;
        for (uint32_t p = 0; p < pixels; p++) {
            f->in[p] = in;
            f->to[p] = out;
            in += f->inputs;
            out += f->channels;
        }
        tml_filter(f, pixels);
        run -= pixels;
    }
}

/* Where every output pixel reads the same pixel of the input. */
static void filter_pixels(tml_filter_t *f, const tml_ring_t *output, tml_span_t at)
{
    const int rows = f->input->pitch == output->width && output->pitch == output->width;
    while (at.pixels != 0) {
        const uint32_t in = tml_contiguous(f->input, at.y, at.x);
        const uint32_t out = tml_contiguous(output, at.y, at.x);
        const uint32_t width = rows ? at.pixels : (uint32_t)output->width - at.x;
        const uint32_t run = least(in, out);
        const uint32_t pixels = least(run, least(at.pixels, width));
        filter_run(f, tml_pixel(f->m, f->input, at.y, at.x),
                   tml_pixel(f->m, output, at.y, at.x), pixels);
        const uint32_t x = at.x + pixels;
        at.y += x / output->width;
        at.x = x % output->width;
        at.pixels -= pixels;
    }
}

static void filter_windows(tml_filter_t *f, const tml_conv2d_t *s, const tml_ring_t *output,
                           tml_span_t at)
{
    for (; at.pixels != 0; tml_next(&at, output->width)) {
        f->y[f->pixels] = at.y * s->stride_h - s->pad_top;
        f->x[f->pixels] = at.x * s->stride_w - s->pad_left;
        f->to[f->pixels] = tml_pixel(f->m, output, at.y, at.x);
        tml_filter_ready(f);
    }
    tml_filter_end(f);
}

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    tml_filter_t f;

    TML_FILTER(&f, m, s, (uint32_t)s->k_h * s->k_w * input->channels, output->channels);
    f.input = input;
    if (s->k_h == 1 && s->k_w == 1 && s->stride_h == 1 && s->stride_w == 1 && s->pad_top == 0 &&
        s->pad_left == 0 && output->height <= input->height && output->width <= input->width) {
        filter_pixels(&f, output, at);
    } else {
        f.input_zp = s->input_zp;
        f.k_w = s->k_w;
        f.chunk = input->channels % 4 == 0 ? TML_WINDOW_INPUTS : TML_COPY_INPUTS;
        memset(f.wide, s->input_zp, TML_PAD_BYTES);
        filter_windows(&f, s, output, at);
    }
}
