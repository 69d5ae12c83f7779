/* SPDX-License-Identifier: MIT */
/* What the ways of depthwise convolution share. */
#ifndef TML_PLANES_H
#define TML_PLANES_H

#include "kernels.h"
#include "rescale.h"

#define TML_ROOM 168            /* words for taps, tile, pixels and sums */

/* Four channels of a piece of the input, the room for it, and for what is made of it. */
typedef struct {
    const tml_model_t *m;
    const tml_depthwise_conv2d_t *s;
    const tml_ring_t *input, *output;
    uint32_t words;             /* 1: pixels can be read as words */
    const int8_t *weights;
    uint32_t taps;              /* entries of a window */
    uint32_t tap_rows;          /* of it at a time */
    int32_t y, x;               /* of the tile, on the input */
    uint32_t rows, columns;
    tml_rescale_t rescale;
    uint32_t room[TML_ROOM];
} tml_planes_t;

/* Four channels of a tile, with what padding holds around it. */
void tml_planes_gather(const tml_planes_t *p, uint32_t quad, uint32_t *to);

/* Spans whose windows there is no room for. */
void tml_planes_slowly(tml_planes_t *p, tml_span_t at);

/* A pixel by itself, of at most 64 taps, whose channels are a multiple of 4, one output channel to
   an input channel. */
void tml_planes_pixel(tml_planes_t *p, tml_span_t at);

#endif
