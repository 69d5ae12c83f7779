/* SPDX-License-Identifier: MIT */
/* Convolution: four output pixels at a time, whether in one row or not. */
#include "filter.h"

static tml_corner_t corner(const tml_conv2d_t *s, tml_span_t at)
{
    return (tml_corner_t){at.y * s->stride_h - s->pad_top, at.x * s->stride_w - s->pad_left};
}

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const tml_filter_t filter = {
        .m = m,
        .input = input,
        .weights = (const int8_t *)m->data + s->weights,
        .depth = s->depth,
        .products = (uint32_t)s->k_h * s->k_w * input->channels,
        .channels = input->channels,
        .filters = output->channels,
        .k_h = s->k_h,
        .k_w = s->k_w,
        .fill = s->input_zp,
        .rescale = TML_RESCALE(m, s, output),
    };

    while (at.pixels != 0) {
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        tml_corner_t corners[4];
        tml_span_t next = at, last = at;
        uint32_t pixels = 0;
        for (; pixels < 4 && next.pixels != 0; pixels++) {
            last = next;
            corners[pixels] = corner(s, next);
            tml_next(&next, output->width);
        }
        /* A ring may begin again, or a row of a tile end, between them. */
        if (pixels < 4 || tml_pixel(m, output, last.y, last.x) != out + 3 * output->channels) {
            pixels = 1;
            next = at;
            tml_next(&next, output->width);
        }
        tml_filter(&filter, corners, pixels, out);
        at = next;
    }
}
