/* SPDX-License-Identifier: MIT */
/* Pooling: one value for the part of a window that lies inside the input. */
#include "pool.h"
#include "quant.h"

int32_t tml_average_of(int32_t sum, uint32_t count, uint32_t halves_up)
{
    return tml_rounded_mean(sum, count, halves_up);
}

void tml_pool(const tml_model_t *m, const tml_average_pool_t *s, tml_span_t at, int is_max)
{
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows =
            tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
        const tml_window_t columns =
            tml_window(at.x, s->stride_w, s->pad_left, s->k_w, input->width);
        const uint32_t count = (uint32_t)((rows.end - rows.first) * (columns.end - columns.first));
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t c = 0; c < output->channels; c++) {
            int32_t sum = 0, max = INT8_MIN;
            for (int32_t ky = rows.first; ky < rows.end; ky++) {
                for (int32_t kx = columns.first; kx < columns.end; kx++) {
                    const int32_t value =
                        tml_pixel(m, input, rows.start + ky, columns.start + kx)[c];
                    sum += value;
                    max = value > max ? value : max;
                }
            }
            out[c] = tml_clamp(is_max ? max : tml_average_of(sum, count, s->halves_up), s->act_min,
                               s->act_max);
        }
    }
}
