/* SPDX-License-Identifier: MIT */
/* Average over many pixels: the rounded quotient of one pixel of sums. */
#include "kernels.h"
#include "quant.h"

void tml_average(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_average_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const int32_t y = at.y * s->stride_h - s->pad_top;
        const int32_t from = at.x * s->stride_w - s->pad_left;
        const int32_t *sums = (const void *)tml_pixel(m, &m->rings[s->input], (uint32_t)y,
                                                      (uint32_t)from);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t c = 0; c < output->channels; c++) {
            out[c] = tml_clamp(tml_rounded_mean(sums[c], s->count), s->act_min, s->act_max);
        }
    }
}
