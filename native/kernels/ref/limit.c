/* SPDX-License-Identifier: MIT */
/* Bytes to limits, one by one. */
#include "kernels.h"
#include "quant.h"

void tml_limit(int8_t *bytes, uint32_t count, int8_t low, int8_t high)
{
    for (; count != 0; count--, bytes++) {
        *bytes = tml_clamp(*bytes, low, high);
    }
}
