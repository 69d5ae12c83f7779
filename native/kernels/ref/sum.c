/* SPDX-License-Identifier: MIT */
/* Running sums: an average over many pixels needs no more of them than one pixel of int32. */
#include "kernels.h"
#include "quant.h"

/* The sums up to the pixel before, NULL at the beginning. */
static const int32_t *before(const tml_model_t *m, const tml_sum_t *s, uint32_t y, uint32_t x)
{
    const tml_ring_t *output = &m->rings[s->output];
    if (x == 0 && (y == 0 || s->restart != 0)) {
        return NULL;
    }
    return (const void *)(x != 0 ? tml_pixel(m, output, y, x - 1)
                                 : tml_pixel(m, output, y - 1, output->width - 1u));
}

void tml_sum(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_sum_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const int8_t *in = tml_pixel(m, input, at.y, at.x);
        const int32_t *sums = before(m, s, at.y, at.x);
        int32_t *out = (void *)tml_pixel(m, output, at.y, at.x);
        for (uint32_t c = 0; c < input->channels; c++) {
            out[c] = sums == NULL ? in[c] : tml_wrap_add(sums[c], in[c]);
        }
    }
}
