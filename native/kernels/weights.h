/* SPDX-License-Identifier: MIT */
/* How weights lie in the data, for kernels that take them one by one (docs/KERNELS.md). */
#ifndef TML_WEIGHTS_H
#define TML_WEIGHTS_H

#include "kernels.h"

/* Weight k of output channel o. A halfword holds those of two channels, w0 + 256 * w1 modulo 2^16;
   of four inputs a word has the first and the third, the next word the others. */
static inline int32_t tml_pair_weight(const uint32_t *weights, uint32_t depth, uint32_t o,
                                      uint32_t k)
{
    const int16_t *pair = (const int16_t *)(const void *)weights + o / 2 * depth;
    const int32_t both = pair[(k & ~3u) | (k & 1) << 1 | (k >> 1 & 1)];
    const int32_t even = (int8_t)both;
    return o % 2 == 0 ? even : (int8_t)((both - even) / 256);
}

/* The weight of channel o at a tap of a window of `taps`. Four channels share a word. */
static inline int32_t tml_quad_weight(const uint32_t *weights, uint32_t taps, uint32_t o,
                                      uint32_t tap)
{
    return ((const int8_t *)(const void *)(weights + o / 4 * taps + tap))[o % 4];
}

/* The sums of each channel's weights, where `skips` is not 0. */
static inline const int16_t *tml_weight_sums(const tml_model_t *m, const tml_conv2d_t *s,
                                             uint32_t channels)
{
    return (const void *)(m->data + s->bias + 4 * ((channels + 1) & ~1u));
}

#endif
