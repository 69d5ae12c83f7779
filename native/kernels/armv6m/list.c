/* SPDX-License-Identifier: MIT */
/* What is left of one pixel's inputs without those of -128 (docs/KERNELS.md), for dots.S. */
#include "dots.h"

int tml_has_lowest(const int8_t *in, uint32_t inputs, uint32_t count)
{
    const uint8_t *at = (const void *)in;

    for (const uint8_t *end = at + inputs; at != end; at++) {
        if (*at == 128 && --count == 0) {
            return 1;
        }
    }
    return 0;
}

static int32_t *add(int32_t *to, uint32_t offset, int32_t value)
{
    to[0] = (int32_t)offset;
    to[1] = value + 128;
    return value == -128 ? to : to + 2;
}

uint32_t tml_list(int32_t *to, const int8_t *in, uint32_t count)
{
    const int32_t *begin = to;

    for (uint32_t i = 0; i < count; i += 4, in += 4) {
        to = add(to, 2 * i, in[0]);
        to = add(to, 2 * i + 2, in[2]);
        to = add(to, 2 * i + 4, in[1]);
        to = add(to, 2 * i + 6, in[3]);
    }
    while (to == begin || (to - begin) % 4 != 0) {
        to[0] = to[1] = 0;
        to += 2;
    }
    return 4 * (uint32_t)(to - begin);
}
