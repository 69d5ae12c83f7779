/* SPDX-License-Identifier: MIT */
/* Takes the next pixels from what the caller feeds. */
#include <string.h>

#include "kernels.h"

void tml_take(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_take_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];

    for (uint32_t i = 0; i < at.pixels; i++) {
        memcpy(tml_pixel(m, output, at.y, at.x + i), m->fed + i * output->channels,
               output->channels);
    }
}
