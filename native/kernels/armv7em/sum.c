/* SPDX-License-Identifier: MIT */
/* Running sums, four channels at a time: 3 instructions per element. */
#include <string.h>

#include "kernels.h"

/* Adds bytes to sums; `sums` may be `out`. */
void tml_sum_bytes(const int8_t *in, const int32_t *sums, int32_t *out, uint32_t count);

void tml_sum(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_sum_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        int32_t *out = (void *)tml_pixel(m, output, at.y, at.x);
        const int32_t *before = out;
        if (at.x == 0 && (at.y == 0 || s->restart != 0)) {
            memset(out, 0, output->channels);
        } else {
            const uint32_t y = at.x != 0 ? at.y : at.y - 1u;
            before = (const void *)tml_pixel(m, output, y,
                                               (at.x != 0 ? at.x : output->width) - 1u);
        }
        tml_sum_bytes(tml_pixel(m, input, at.y, at.x), before, out, input->channels);
    }
}
