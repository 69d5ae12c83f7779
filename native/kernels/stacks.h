/* SPDX-License-Identifier: MIT */
/* What kernels of stacked rows do at the end. The machine limits whole pixels of one row, and here
   are several of them, or rows that hold `fill`. */
#ifndef TML_STACKS_H
#define TML_STACKS_H

#include "kernels.h"

/* The rows of a stack that are inside the input. */
static inline void tml_limit_stack(const tml_model_t *m, const tml_conv2d_stack_t *s, tml_span_t at)
{
    const tml_ring_t *output = &m->rings[s->output];
    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows = tml_window(at.y, s->stride_h, s->pad_top, s->k_h,
                                             m->rings[s->input].height);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (int32_t row = rows.first; row < rows.end; row++) {
            tml_limit(out + row * s->filters, s->filters, s->act_min, s->act_max);
        }
    }
}

/* The rows that a stack becomes. */
static inline void tml_limit_rows(const tml_model_t *m, const tml_conv2d_unstack_t *s,
                                  tml_span_t at)
{
    const tml_ring_t *output = &m->rings[s->output];
    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const uint32_t first = (uint32_t)at.y * s->rows;
        for (uint32_t y = first; y < first + s->rows && y < output->height; y++) {
            tml_limit(tml_pixel(m, output, y, at.x), output->channels, s->act_min, s->act_max);
        }
    }
}

#endif
