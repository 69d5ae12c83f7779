/* SPDX-License-Identifier: MIT */
/* Any function of one int8, as a table. The output may be the input. */
#include "kernels.h"

void tml_lookup(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_lookup_t *s = step;
    const int8_t *in = tml_pixel(m, &m->rings[s->input], at.y, at.x);
    int8_t *out = tml_pixel(m, &m->rings[s->output], at.y, at.x);
    const int8_t *table = (const int8_t *)m->data + s->table;
    const uint32_t bytes = (uint32_t)at.pixels * m->rings[s->output].channels;

    for (uint32_t i = 0; i < bytes; i++) {
        out[i] = table[in[i] + 128];
    }
}
