/* SPDX-License-Identifier: MIT */
/* Convolution, four pixels at a time (filter.c). */
#include "weights.h"
#include "windows.h"

/* Whether inputs of -128 may be left out of the pixel that a window is. */
static int may_skip(const tml_conv2d_t *s, const tml_ring_t *input, const tml_spot_t *spot)
{
    return s->skips != 0 && s->k_h == 1 && s->k_w == 1 && input->channels % 4 == 0 &&
           (uint32_t)spot->y < input->height && (uint32_t)spot->x < input->width;
}

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const tml_filter_t f = {
        m, input, (const int8_t *)m->data + s->weights, s->depth, s->k_h, s->k_w, input->channels,
        output->channels, s->input_zp, TML_OUTPUTS(m, s, s->factor_pairs == 1 ? 1 : UINT32_MAX),
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
        if (pixels == 1 && may_skip(s, input, spots)) {
            tml_filter_point(&f, spots, tml_weight_sums(m, s, output->channels));
        } else {
            tml_filter(&f, spots, pixels);
        }
    }
}
