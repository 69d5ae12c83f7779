/* SPDX-License-Identifier: MIT */
/* Max pooling: the largest value of a window. */
#include "pool.h"

/* Its fields are those of average_pool, as far as they count. */
typedef char tml_same_fields[sizeof(tml_average_pool_t) == sizeof(tml_max_pool_t) ? 1 : -1];

void tml_max_pool(const tml_model_t *m, const void *step, tml_span_t at)
{
    tml_pool(m, step, at, 1);
}
