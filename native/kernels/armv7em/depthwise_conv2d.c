/* SPDX-License-Identifier: MIT */
/* Depthwise convolution: every output channel sums over a window of one input channel. */
#include "depthwise.h"

void tml_depthwise_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    const tml_depthwise_t d = { m, s, output->channels, m->rings[s->input].height,
                                s->stride_h, 0, 0 };
    uint32_t y = at.y, x = at.x, left = at.pixels;

    while (left != 0) {
        const uint32_t run = tml_contiguous(output, y, x);
        uint32_t columns = output->width - x, rows = 1;
        columns = columns < left ? columns : left;
        if (run < columns) {
            columns = run;
        } else if (columns == output->width) {
            const uint32_t fit = (run - columns) / output->pitch + 1;
            rows = left / columns < fit ? left / columns : fit;
        }
        tml_depthwise(&d, y, x, rows, columns);
        left -= rows * columns;
        x += columns;
        if (x == output->width) {
            x = 0;
            y += rows;
        }
    }
}
