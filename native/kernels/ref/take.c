/* SPDX-License-Identifier: MIT */
/* Takes the next pixels from what the caller feeds. */
#include <string.h>

#include "kernels.h"

void tml_take(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_take_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];

    for (const int8_t *fed = m->fed; at.pixels != 0; fed += output->channels) {
        memcpy(tml_pixel(m, output, at.y, at.x), fed, output->channels);
        tml_next(&at, output->width);
    }
}
