/* SPDX-License-Identifier: MIT */
/* Max pooling: the largest value of a window. */
#include "kernels.h"
#include "quant.h"

void tml_max_pool(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_max_pool_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows =
            tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
        const tml_window_t columns =
            tml_window(at.x, s->stride_w, s->pad_left, s->k_w, input->width);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t c = 0; c < output->channels; c++) {
            int32_t max = INT8_MIN;
            for (int32_t ky = rows.first; ky < rows.end; ky++) {
                for (int32_t kx = columns.first; kx < columns.end; kx++) {
                    int32_t value =
                        tml_pixel(m, input, rows.start + ky, columns.start + kx)[c];
                    max = value > max ? value : max;
                }
            }
            out[c] = tml_clamp(max, s->act_min, s->act_max);
        }
    }
}
