/* SPDX-License-Identifier: MIT */
/* Depthwise convolution of pixels that hold the rows of a window, one behind the other, to pixels
   that hold `high` output rows (depthwise.c). */
#include "windows.h"

void tml_depthwise_conv2d_stack(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_stack_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    const tml_depthwise_t d = {
        m, &m->rings[s->input], (const int8_t *)m->data + s->weights, s->taps_h, s->k_w, s->step_h,
        s->stride_w, 0, s->filters, s->filters, 1, output->channels, s->filters, s->input_zp,
        TML_OUTPUTS(m, s, UINT32_MAX),
    };

    while (at.pixels != 0) {
        uint32_t pixels = tml_least(at.pixels, output->width - at.x);
        pixels = tml_least(pixels, tml_contiguous(output, at.y, at.x));
        tml_depthwise(&d, at.y, (uint32_t)(at.x * s->stride_w - s->pad_left), 0,
                      tml_pixel(m, output, at.y, at.x), s->high, pixels);
        for (; pixels != 0; pixels--) {
            tml_next(&at, output->width);
        }
    }
}
