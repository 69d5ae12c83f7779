/* SPDX-License-Identifier: MIT */
/* Convolution on cores with the DSP extension: filter.c, four output pixels at a time. */
#include "filter.h"
#include "runs.h"

/* Where every output pixel reads the same pixel of the input. */
static void filter_pixels(tml_filter_t *f, const tml_ring_t *output, tml_span_t at)
{
    f->in_stride = f->inputs;
    while (at.pixels != 0) {
        const int8_t *in = tml_pixel(f->m, f->input, at.y, at.x);
        int8_t *out = tml_pixel(f->m, output, at.y, at.x);
        uint32_t run = tml_piece(f->input, at.y, at.x,
                                 tml_piece(output, at.y, at.x, at.pixels));
        tml_skip(&at, run, output->width);
        do {
            const uint32_t pixels = run < 4 ? 1 : 4;
            f->in[0] = in;
            tml_filter_out(f, out);
            tml_filter(f, pixels);
            in += pixels * f->inputs;
            out += pixels * f->channels;
            run -= pixels;
        } while (run != 0);
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
        tml_filter_windows(&f, s, at);
    }
}
