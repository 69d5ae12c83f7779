/* SPDX-License-Identifier: MIT */
/* Convolution: four output pixels at a time, whether in one row or not. */
#include "filter.h"

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    tml_filter_t filter = {
        .m = m,
        .input = input,
        .weights = (const int8_t *)m->data + s->weights,
        .depth = s->depth,
        .products = (uint32_t)s->k_h * s->k_w * input->channels,
        .channels = input->channels,
        .filters = output->channels,
        .k_w = s->k_w,
        .fill = s->input_zp,
        .rescale = TML_RESCALE(m, s, output),
    };

    tml_filter_open(&filter);
    while (at.pixels != 0) {
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        tml_place_t places[4];
        tml_span_t next = at, last = at;
        uint32_t pixels = 0;
        for (; pixels < 4 && next.pixels != 0; pixels++) {
            last = next;
            places[pixels] = tml_filter_place(&filter, next.y * s->stride_h - s->pad_top,
                                              next.x * s->stride_w - s->pad_left);
            tml_next(&next, output->width);
        }
        /* A ring may begin again, or a row of a tile end, between them. */
        if (pixels < 4 || tml_pixel(m, output, last.y, last.x) != out + 3 * output->channels) {
            pixels = 1;
            next = at;
            tml_next(&next, output->width);
        }
        tml_filter(&filter, places, pixels, out);
        at = next;
    }
}
