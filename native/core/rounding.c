/* SPDX-License-Identifier: MIT */
/* Requantising the long way: one copy for all kernels. */
#include "quant.h"

int32_t tml_requantise(int32_t x, uint32_t mult, int shift)
{
    const int left = shift > 0 ? shift : 0;
    const int right = shift > 0 ? 0 : -shift;
    return tml_rounding_shift(tml_scale((int32_t)((uint32_t)x << left), mult), right);
}
