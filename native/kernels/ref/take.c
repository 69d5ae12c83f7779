/* SPDX-License-Identifier: MIT */
/* Takes the next pixels from what the caller feeds. */
#include <string.h>

#include "kernels.h"

void tml_take(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_take_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];

    for (const int8_t *fed = m->fed; at.pixels != 0;) {
        uint32_t run = output->width - (uint32_t)at.x;      /* to the end of the row or ring */
        const uint32_t contiguous = tml_contiguous(output, at.y, at.x);
        run = run < contiguous ? run : contiguous;
        run = run < at.pixels ? run : at.pixels;
        memcpy(tml_pixel(m, output, at.y, at.x), fed, run * output->channels);
        fed += run * output->channels;
        at.pixels = (uint16_t)(at.pixels - run);
        at.x = (uint16_t)(at.x + run);
        if (at.x == output->width) {
            at.x = 0;
            at.y++;
        }
    }
}
