/* SPDX-License-Identifier: MIT */
/* Depthwise convolution of pixels that hold the rows of a window, one behind the other, to pixels
   that hold `high` output rows. */
#include "depthwise.h"

void tml_depthwise_conv2d_stack(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_stack_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    const tml_depthwise_conv2d_t one = {
        .input = s->input, .output = s->output, .k_h = s->taps_h, .k_w = s->k_w,
        .pad_left = s->pad_left, .stride_w = s->stride_w,
        .input_zp = s->input_zp, .output_zp = s->output_zp,
        .multiplier = 1, .quick = s->quick, .weights = s->weights,
        .bias = s->bias, .mult = s->mult, .shift = s->shift,
    };
    tml_depthwise_t d = { m, &one, s->filters, INT32_MAX, s->step_h, at.y, s->filters };

    for (uint32_t left = at.pixels, x = at.x, columns; left != 0; left -= columns) {
        const uint32_t run = tml_contiguous(output, d.y, x);
        columns = output->width - x < left ? output->width - x : left;
        columns = run < columns ? run : columns;
        tml_depthwise(&d, 0, x, s->high, columns);
        x += columns;
        if (x == output->width) {
            x = 0;
            d.y++;
        }
    }
}
