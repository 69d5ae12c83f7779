/* SPDX-License-Identifier: MIT */
/* A 1x1 convolution of all rows of a window (see ref), on cores with the DSP extension. */
#include <string.h>

#include "gemm.h"
#include "stacks.h"

void tml_conv2d_stack(const tml_model_t *m, const void *step, tml_span_t span)
{
    const tml_conv2d_stack_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    tml_filter_room_t room;
    tml_filter_t *f = &room.f;

    tml_span_t at = span;

    TML_FILTER(f, m, s, input->channels, s->filters);
    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows =
            tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (int32_t row = 0; row < s->k_h; row++, out += s->filters) {
            if (tml_inside(rows, row)) {
                tml_filter_add(f, tml_pixel(m, input, (uint32_t)(rows.start + row), at.x), out);
            } else {
                memset(out, s->fill, s->filters);
            }
        }
    }
    tml_filter_end(f);
    tml_limit_stack(m, s, span);
}
