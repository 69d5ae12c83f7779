/* SPDX-License-Identifier: MIT */
/* Another order of the axes. */
#include "kernels.h"

void tml_transpose(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_transpose_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const uint32_t strides[3] = {       /* bytes from one index of an input axis to the next */
        (uint32_t)input->width * input->channels, input->channels, 1
    };
    const int8_t *in = tml_pixel(m, input, 0, 0);

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        const uint32_t from = at.y * strides[s->axis_y] + at.x * strides[s->axis_x];
        for (uint32_t c = 0; c < output->channels; c++) {
            out[c] = in[from + c * strides[s->axis_c]];
        }
    }
}
