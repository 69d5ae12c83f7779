/* SPDX-License-Identifier: MIT */
/* Convolution, four pixels at a time (filter.c). */
#include "weights.h"
#include "windows.h"

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const tml_filter_t f = {
        m, input, (const int8_t *)m->data + s->weights, s->depth, s->k_h, s->k_w, input->channels,
        output->channels, s->input_zp, TML_OUTPUTS(m, s, s->factor_pairs == 1 ? 1 : UINT32_MAX),
        s->skips ? tml_weight_sums(m, s, output->channels) : NULL,
    };

    while (at.pixels != 0) {
        tml_spot_t spots[TML_BLOCK];
        uint32_t pixels = 0;
        for (; pixels < TML_BLOCK && at.pixels != 0; pixels++, tml_next(&at, output->width)) {
            spots[pixels].y = at.y * s->stride_h - s->pad_top;
            spots[pixels].x = at.x * s->stride_w - s->pad_left;
            spots[pixels].channel = 0;
            spots[pixels].out = tml_pixel(m, output, at.y, at.x);
        }
        tml_filter(&f, spots, pixels);
    }
}
