/* SPDX-License-Identifier: MIT */
/* Depthwise convolution of pixels that hold the rows of a window, one behind the other, to pixels
   that hold `high` output rows. */
#include "depthwise.h"

void tml_depthwise_conv2d_stack(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_stack_t *s = step;
    tml_depthwise_t d = {
        TML_DEPTHWISE(m, s), .channels = s->filters, .multiplier = 1, .height = INT32_MAX,
        .k_h = s->taps_h, .stride_h = s->step_h, .deep = s->filters,
    };
    const uint32_t width = d.output->width;

    for (uint32_t left = at.pixels, x = at.x; left != 0; x = 0, at.y++) {
        const uint32_t columns = left < width - x ? left : width - x;
        d.in_y = d.out_y = at.y;
        tml_depthwise(&d, 0, x, s->high, columns);
        left -= columns;
    }
}
