/* SPDX-License-Identifier: MIT */
/* Average over many pixels: the rounded quotient of one pixel of sums. */
#include "points.h"
#include "pool.h"
#include "quant.h"

static void divide(const tml_point_t *p)
{
    const tml_average_t *s = p->step;
    const int32_t *sums = p->in;

    for (uint32_t c = 0; c < p->output->channels; c++) {
        p->out[c] = tml_clamp(tml_average_of(sums[c], s->count, s->halves_up), s->act_min,
                              s->act_max);
    }
}

void tml_average(const tml_model_t *m, const void *step, tml_span_t at)
{
    tml_points(m, step, at, divide);
}
