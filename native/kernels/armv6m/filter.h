/* SPDX-License-Identifier: MIT */
/* What convolutions share: pixels are widened to words, a chunk of a window at a time, and
   multiplied with the weights of as many output channels as there is room for sums. */
#ifndef TML_FILTER_H
#define TML_FILTER_H

#include "kernels.h"
#include "rescale.h"

/* Sums for pairs of output channels; dots.S knows the order. */
typedef struct {
    const int32_t *values;      /* products x pixels */
    const int8_t *weights;      /* of the next pair */
    uint32_t bytes;             /* of them that count, not 0 */
    uint32_t skip;              /* from their end to the next pair */
    int32_t *sums;              /* channels x pixels: added to */
    uint32_t pairs;             /* that are left, not 0 */
    uint32_t separate;          /* 1: the second sum of a pair is to be rid of the first */
} tml_dots_t;

void tml_dots_4(tml_dots_t *d);
void tml_dots_1(tml_dots_t *d);

/* A filter, and where its windows are. */
typedef struct {
    const tml_model_t *m;
    const tml_ring_t *input;
    const int8_t *weights;
    uint32_t depth;             /* weights of a channel */
    uint32_t products;          /* of them that count */
    uint32_t channels;          /* of the input that are read */
    uint32_t filters;           /* output channels */
    uint16_t k_h, k_w;
    int32_t fill;               /* what padding holds */
    tml_rescale_t rescale;
} tml_filter_t;

/* Input coordinates of the first entry of a window. */
typedef struct {
    int32_t y, x;
} tml_corner_t;

/* All filters of 4 pixels, or of 1; the outputs are `rescale.stride` bytes apart. */
void tml_filter(const tml_filter_t *f, const tml_corner_t *corners, uint32_t pixels, int8_t *out);

#endif
