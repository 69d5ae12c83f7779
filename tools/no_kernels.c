/* SPDX-License-Identifier: MIT */
/* Kernels that do nothing. What a run then costs is the machine, its scheduling, and Python: which
   step fires when depends on no data. */
#include "kernels.h"

#define TML_NO_KERNEL(code, name) \
    void tml_##name(const tml_model_t *m, const void *step, tml_span_t at) \
    { \
        (void)m; \
        (void)step; \
        (void)at; \
    }
TML_STEPS(TML_NO_KERNEL)

void tml_limit(int8_t *bytes, uint32_t count, int8_t low, int8_t high)
{
    (void)bytes;
    (void)count;
    (void)low;
    (void)high;
}
