/* SPDX-License-Identifier: MIT */
/* The innermost loops of convolution: sums over products of inputs and pairs of channels.

   Weights are halfwords h = w0 + 256 * w1 whose low byte is w0, so both factors are loaded as they
   are: the sum of a * h is that of a * w0 and, 256 times, that of a * w1. In groups of four they
   lie in the order 0, 2, 1, 3. */
#ifndef TML_DOT_H
#define TML_DOT_H

#include "quant.h"
#include "windows.h"

enum {
    TML_PATCH = 144,        /* bytes of a window that are held, of each pixel of a block */
    TML_DOT = 508,          /* or of one pixel: 511 products can share a sum of two channels */
    TML_DOT_CHANNELS = 64,  /* the most of a call, all pixels together */
    TML_DOT_MANY = 16
};
typedef char tml_dot_fits[TML_DOT <= TML_BLOCK * TML_PATCH ? 1 : -1];

/* Weights of some pairs of channels, the next pair's `stride` bytes on. */
typedef struct {
    const int8_t *weights;
    uint32_t stride, pairs;
    uint32_t count;             /* products: a multiple of 4, not 0 */
    int add;                    /* whether to add to the sums, or to begin them */
} tml_dot_t;

/* Of TML_BLOCK pixels, TML_PATCH bytes apart: sums[i] of the first channel and pixel i, then those
   of the next one. */
void tml_dot_block(const tml_dot_t *d, const int8_t *pixels, int32_t *sums);

/* Of one pixel. `sums` MUST have room for a multiple of 8 channels; TML_DOT_CHANNELS at most. Where
   `quick` is not 0, two channels share a sum at any depth. */
void tml_dot_pixel(const tml_dot_t *d, const int8_t *pixel, int32_t *sums);

/* The same sums of a multiple of TML_DOT_MANY channels and any number of products, without inputs of
   -128: they begin at -128 * weight_sums, and every input is 128 more. */
void tml_dot_skip(const tml_dot_t *d, const int8_t *pixel, const int16_t *weight_sums,
                  int32_t *sums);

static inline int32_t tml_halfword(const int8_t *at)
{
    return *(const int16_t *)(const void *)at;
}

static inline void tml_put(int32_t *sum, int32_t value, int add)
{
    *sum = add ? tml_wrap_add(*sum, value) : value;
}

#endif
