/* SPDX-License-Identifier: MIT */
/* As blocked/dot_block.c, but two pairs of channels at once: 16 sums fit RV32's registers. An odd
   last pair is computed twice.

   Measured, GCC 12 -Os: 2.6 instructions per product, of blocked's 2.8. */
#include "dot.h"

/* The pixels, in x0 ... x3, times the weights of a pair at halfword h. */
#define PAIR(weights, h, all0, all1, all2, all3, low0, low1, low2, low3)   \
    do {                                                                    \
        int32_t weight = tml_halfword((weights) + 2 * (h));                 \
        all0 += x0 * weight;                                                \
        all1 += x1 * weight;                                                \
        all2 += x2 * weight;                                                \
        all3 += x3 * weight;                                                \
        weight = (weights)[2 * (h)];                                        \
        low0 += x0 * weight;                                                \
        low1 += x1 * weight;                                                \
        low2 += x2 * weight;                                                \
        low3 += x3 * weight;                                                \
    } while (0)

#define TAP(h, k)                                                           \
    do {                                                                    \
        const int32_t x0 = at[k], x1 = at[(k) + TML_PATCH];                 \
        const int32_t x2 = at[(k) + 2 * TML_PATCH];                         \
        const int32_t x3 = at[(k) + 3 * TML_PATCH];                         \
        PAIR(first, h, all0, all1, all2, all3, low0, low1, low2, low3);     \
        PAIR(second, h, all4, all5, all6, all7, low4, low5, low6, low7);    \
    } while (0)

void tml_dot_block(const tml_dot_t *d, const int8_t *pixels, int32_t *sums)
{
    for (uint32_t pair = 0; pair < d->pairs; pair += 2, sums += 4 * TML_BLOCK) {
        const int8_t *first = d->weights + pair * d->stride;
        const int8_t *second = pair + 1 < d->pairs ? first + d->stride : first;
        const int8_t *at = pixels, *end = pixels + d->count;
        int32_t all0 = 0, all1 = 0, all2 = 0, all3 = 0, all4 = 0, all5 = 0, all6 = 0, all7 = 0;
        int32_t low0 = 0, low1 = 0, low2 = 0, low3 = 0, low4 = 0, low5 = 0, low6 = 0, low7 = 0;

        do {
            TAP(0, 0);
            TAP(1, 2);
            TAP(2, 1);
            TAP(3, 3);
            at += 4;
            first += 8;
            second += 8;
        } while (at != end);
        tml_put(&sums[0], low0, d->add);
        tml_put(&sums[1], low1, d->add);
        tml_put(&sums[2], low2, d->add);
        tml_put(&sums[3], low3, d->add);
        tml_put(&sums[4], (all0 - low0) >> 8, d->add);
        tml_put(&sums[5], (all1 - low1) >> 8, d->add);
        tml_put(&sums[6], (all2 - low2) >> 8, d->add);
        tml_put(&sums[7], (all3 - low3) >> 8, d->add);
        tml_put(&sums[8], low4, d->add);
        tml_put(&sums[9], low5, d->add);
        tml_put(&sums[10], low6, d->add);
        tml_put(&sums[11], low7, d->add);
        tml_put(&sums[12], (all4 - low4) >> 8, d->add);
        tml_put(&sums[13], (all5 - low5) >> 8, d->add);
        tml_put(&sums[14], (all6 - low6) >> 8, d->add);
        tml_put(&sums[15], (all7 - low7) >> 8, d->add);
    }
}
