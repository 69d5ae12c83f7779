/* SPDX-License-Identifier: MIT */
/* Depthwise convolution, a tile of output at a time (depthwise.c). */
#include "windows.h"

void tml_depthwise_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    const tml_depthwise_t d = {
        m, &m->rings[s->input], (const int8_t *)m->data + s->weights, s->k_h, s->k_w, s->stride_h,
        s->stride_w, 1, 0, output->channels, s->multiplier, output->channels,
        (uint32_t)output->pitch * output->channels, s->input_zp, TML_OUTPUTS(m, s, UINT32_MAX),
    };

    while (at.pixels != 0) {
        const uint32_t room = tml_contiguous(output, at.y, at.x);
        uint32_t pixels = tml_least(at.pixels, output->width - at.x), rows = 1;
        if (pixels == output->width && room >= pixels) {
            rows = tml_least(at.pixels / pixels, (room - pixels) / output->pitch + 1);
        }
        pixels = tml_least(pixels, room);
        tml_depthwise(&d, (uint32_t)(at.y * s->stride_h - s->pad_top),
                      (uint32_t)(at.x * s->stride_w - s->pad_left), 0,
                      tml_pixel(m, output, at.y, at.x), rows, pixels);
        for (uint32_t done = rows * pixels; done != 0; done--) {
            tml_next(&at, output->width);
        }
    }
}
