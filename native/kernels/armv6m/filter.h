/* SPDX-License-Identifier: MIT */
/* What convolutions share: pixels are widened to words, a chunk of a window at a time, and
   multiplied with the weights of as many output channels as there is room for sums. */
#ifndef TML_FILTER_H
#define TML_FILTER_H

#include "kernels.h"
#include "rescale.h"

/* An entry of a window and a channel of it. */
typedef struct {
    uint32_t y, x, channel;
} tml_entry_t;

/* How much is done at a time. */
typedef struct {
    uint32_t products, filters;
} tml_chunk_t;

/* A filter, and where its windows are. */
typedef struct {
    const tml_model_t *m;
    const tml_ring_t *input;
    const int8_t *weights;
    uint32_t depth;             /* weights of a channel */
    uint32_t products;          /* of them that count */
    uint32_t channels;          /* of the input that are read */
    uint32_t filters;           /* output channels */
    uint32_t k_w;
    int32_t fill;               /* what padding holds */
    tml_rescale_t rescale;
    /* What tml_filter_open works out: */
    const int8_t *pixels;       /* the input's ring */
    int deep;                   /* second sums have to be put aside */
    tml_chunk_t chunk[2];       /* of 1 pixel, of 4 */
} tml_filter_t;

/* Where a window is: its first entry, which may be outside the input. Modulo 2^32. */
typedef struct {
    uint32_t y, x;              /* on the input */
    uint32_t slot;              /* in its ring, if that went on for ever */
    uint32_t inside;            /* 1: its columns are inside the input */
} tml_place_t;

void tml_filter_open(tml_filter_t *f);

tml_place_t tml_filter_place(const tml_filter_t *f, int32_t y, int32_t x);

/* All filters of 4 pixels, or of 1; the outputs are `rescale.stride` bytes apart. */
void tml_filter(const tml_filter_t *f, const tml_place_t *places, uint32_t pixels, int8_t *out);

#endif
