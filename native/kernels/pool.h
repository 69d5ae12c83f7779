/* SPDX-License-Identifier: MIT */
/* What max and average pooling share: all but what is done with the pixels of a window. */
#ifndef TML_POOL_H
#define TML_POOL_H

#include "kernels.h"

/* The largest value of each window, or the rounded mean over its part inside the input. */
void tml_pool(const tml_model_t *m, const tml_average_pool_t *s, tml_span_t at, int is_max);

/* tml_rounded_mean, which modules have once. */
int32_t tml_average_of(int32_t sum, uint32_t count, uint32_t halves_up);

#endif
