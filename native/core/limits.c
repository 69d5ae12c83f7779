/* SPDX-License-Identifier: MIT */
/* Limits of a convolution's bytes, after its kernel: most models need none, so none has the code. */
#include <stddef.h>

#include "points.h"

/* Steps that are limited here have their limits where conv2d does. */
#define SAME_PLACE(step) (offsetof(step, act_min) == offsetof(tml_conv2d_t, act_min))
typedef char tml_limits_layout[
    SAME_PLACE(tml_depthwise_conv2d_t) && SAME_PLACE(tml_depthwise_conv2d_stack_t) ? 1 : -1];

static void limit(const tml_point_t *p)
{
    const tml_conv2d_t *s = p->step;
    tml_limit(p->out, p->output->channels, s->act_min, s->act_max);
}

void tml_limits(const tml_model_t *m, const void *step, tml_span_t at)
{
    tml_points(m, step, at, limit);
}
