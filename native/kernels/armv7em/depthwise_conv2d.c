/* SPDX-License-Identifier: MIT */
/* Depthwise convolution: every output channel sums over a window of one input channel. */
#include "depthwise.h"

void tml_depthwise_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = step;
    const tml_depthwise_t d = {
        TML_DEPTHWISE(m, s), .channels = m->rings[s->output].channels,
        .multiplier = s->multiplier, .height = m->rings[s->input].height,
        .pad_top = s->pad_top, .k_h = s->k_h, .stride_h = s->stride_h, .down = 1,
    };
    const uint32_t width = d.output->width;
    uint32_t y = at.y, x = at.x, left = at.pixels;

    while (left != 0) {
        const uint32_t rows = x == 0 && left > width ? left / width : 1;
        const uint32_t columns = left < width - x ? left : width - x;
        tml_depthwise(&d, y, x, rows, columns);
        left -= rows * columns;
        y += rows;
        x = 0;
    }
}
