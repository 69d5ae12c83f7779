/* SPDX-License-Identifier: MIT */
/* A 1x1 convolution of all rows of a window (filter.c); rows outside the input are filled. */
#include <string.h>

#include "stacks.h"
#include "windows.h"

void tml_conv2d_stack(const tml_model_t *m, const void *step, tml_span_t span)
{
    const tml_conv2d_stack_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const tml_filter_t f = {
        m, input, (const int8_t *)m->data + s->weights, s->depth, 1, 1, input->channels,
        s->filters, 0, TML_OUTPUTS(m, s, UINT32_MAX),
    };
    tml_spot_t spots[TML_BLOCK];
    uint32_t pixels = 0;
    tml_span_t at = span;

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows =
            tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (int32_t row = 0; row < s->k_h; row++, out += s->filters) {
            if (!tml_inside(rows, row)) {
                memset(out, s->fill, s->filters);
                continue;
            }
            if (pixels == TML_BLOCK) {
                tml_filter(&f, spots, pixels);
                pixels = 0;
            }
            spots[pixels++] = (tml_spot_t){rows.start + row, at.x, 0, out};
        }
    }
    if (pixels != 0) {
        tml_filter(&f, spots, pixels);
    }
    tml_limit_stack(m, s, span);
}
