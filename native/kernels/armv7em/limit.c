/* SPDX-License-Identifier: MIT */
/* Bytes to limits, four at a time: a difference of bytes tells SEL which of the two to take. */
#include <string.h>

#include "kernels.h"
#include "quant.h"

void tml_limit(int8_t *bytes, uint32_t count, int8_t low, int8_t high)
{
    const uint32_t lows = (uint8_t)low * 0x01010101u, highs = (uint8_t)high * 0x01010101u;
    uint32_t unused;
    for (; count >= 4; count -= 4, bytes += 4) {
        uint32_t word;
        memcpy(&word, bytes, 4);
        __asm__("ssub8 %1, %0, %2\n\tsel %0, %0, %2\n\tssub8 %1, %3, %0\n\tsel %0, %0, %3"
                : "+r"(word), "=&r"(unused) : "r"(lows), "r"(highs));
        memcpy(bytes, &word, 4);
    }
    for (; count != 0; count--, bytes++) {
        *bytes = tml_clamp(*bytes, low, high);
    }
}
