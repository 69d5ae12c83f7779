/* SPDX-License-Identifier: MIT */
/* Any function of one int8, as a table. The output may be the input. */
#include "kernels.h"

void tml_lookup(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_lookup_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    const int8_t *table = (const int8_t *)m->data + s->table;

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const int8_t *in = tml_pixel(m, &m->rings[s->input], at.y, at.x);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t c = 0; c < output->channels; c++) {
            out[c] = table[in[c] + 128];
        }
    }
}
