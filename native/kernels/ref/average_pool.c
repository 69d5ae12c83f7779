/* SPDX-License-Identifier: MIT */
/* Average pooling: the rounded mean over the part of a window that lies inside the input. */
#include "pool.h"

void tml_average_pool(const tml_model_t *m, const void *step, tml_span_t at)
{
    tml_pool(m, step, at, 0);
}
