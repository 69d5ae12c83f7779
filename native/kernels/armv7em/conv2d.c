/* SPDX-License-Identifier: MIT */
/* Convolution on cores with the DSP extension: filter.c, four output pixels at a time. */
#include "filter.h"
#include "runs.h"

/* Output pixels from `out` on, of inputs one behind the other as they are. */
static void filter_run(tml_filter_t *f, const int8_t *in, int8_t *out, uint32_t run)
{
    while (run != 0) {
        const uint32_t pixels = run < 4 ? 1 : 4;
        for (uint32_t p = 0; p < pixels; p++) {
            f->in[p] = in;
            f->out[p] = out;
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
    while (at.pixels != 0) {
        const uint32_t run = tml_piece(f->input, at.y, at.x,
                                       tml_piece(output, at.y, at.x, at.pixels));
        filter_run(f, tml_pixel(f->m, f->input, at.y, at.x),
                   tml_pixel(f->m, output, at.y, at.x), run);
        tml_skip(&at, run, output->width);
    }
}

/* Windows that are side by side and inside are even. */
static void filter_windows(tml_filter_t *f, const tml_conv2d_t *s, const tml_ring_t *output,
                           tml_span_t at)
{
    while (at.pixels != 0) {
        const uint32_t pixels = at.pixels < 4 ? 1 : 4;
        const uint32_t columns = (pixels - 1) * s->stride_w + s->k_w;
        const uint32_t x = (uint32_t)(at.x * s->stride_w - s->pad_left);
        f->even = x < f->input->width && columns <= f->input->width - x &&
                  tml_piece(output, at.y, at.x, pixels) == pixels &&
                  at.x + pixels <= output->width ? columns : 0;
        int8_t *out = tml_pixel(f->m, output, at.y, at.x);
        uint32_t p = 0;
        do {
            f->y[p] = at.y * s->stride_h - s->pad_top;
            f->x[p] = at.x * s->stride_w - s->pad_left;
            f->out[p] = f->even ? out : tml_pixel(f->m, output, at.y, at.x);
            out += f->channels;
            tml_next(&at, output->width);
        } while (++p < pixels);
        tml_filter(f, pixels);
    }
}

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    tml_filter_t f;

    f.m = m;
    f.input = &m->rings[s->input];
    TML_FILTER(&f, m, s, (uint32_t)s->k_h * s->k_w * f.input->channels, output->channels);
    f.one_factor = s->factor_pairs == 1;
    if (s->k_h == 1 && s->k_w == 1 && s->stride_h == 1 && s->stride_w == 1 && s->pad_top == 0 &&
        s->pad_left == 0 && output->height <= f.input->height && output->width == f.input->width) {
        filter_pixels(&f, output, at);
    } else {
        tml_filter_windows(&f, s);
        filter_windows(&f, s, output, at);
    }
}
