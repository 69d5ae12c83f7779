/* SPDX-License-Identifier: MIT */
/* Any function of one int8, as a table. The output may be the input. */
#include "kernels.h"

void tml_lookup(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_lookup_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    const int8_t *table = (const int8_t *)m->data + s->table;

    for (uint32_t x = at.x; x < (uint32_t)at.x + at.pixels; x++) {
        const int8_t *in = tml_pixel(m, &m->rings[s->input], at.y, x);
        int8_t *out = tml_pixel(m, output, at.y, x);
        for (uint32_t c = 0; c < output->channels; c++) {
            out[c] = table[in[c] + 128];
        }
    }
}
