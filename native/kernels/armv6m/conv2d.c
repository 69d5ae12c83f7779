/* SPDX-License-Identifier: MIT */
/* Convolution: four output pixels at a time, whether in one row or not. */
#include "filter.h"

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    tml_filter_t f;

    f.input = input;
    f.first = m->arena + input->offset;
    f.weights = (const int8_t *)m->data + s->weights;
    f.depth = s->depth;
    f.products = (uint32_t)s->k_h * s->k_w * input->channels;
    f.channels = input->channels;
    f.filters = output->channels;
    f.k_w = s->k_w;
    f.fill = s->input_zp;
    TML_RESCALE_OPEN(&f.rescale, m, s, output);
    f.rescale.factors = s->factor_pairs == 1 ? 1 : UINT32_MAX;
    f.pixels = 0;
    while (at.pixels != 0) {
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        tml_span_t next = at;
        uint32_t pixels = 0;
        do {
            tml_filter_place(&f, pixels++, next.y * s->stride_h - s->pad_top,
                             next.x * s->stride_w - s->pad_left);
            tml_next(&next, output->width);
            /* A ring may begin again, or a row of a tile end, before the next one. */
        } while (pixels < 4 && next.pixels != 0 &&
                 tml_pixel(m, output, next.y, next.x) == out + pixels * f.rescale.stride);
        if (pixels < 4) {
            pixels = 1;
            next = at;
            tml_next(&next, output->width);
        }
        if (pixels != f.pixels) {
            tml_filter_divide(&f, pixels);
        }
        tml_filter(&f, out);
        at = next;
    }
}
