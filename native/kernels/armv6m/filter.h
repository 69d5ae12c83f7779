/* SPDX-License-Identifier: MIT */
/* What convolutions share: pixels are widened to words, a chunk of a window at a time, and
   multiplied with the weights of as many output channels as there is room for sums. */
#ifndef TML_FILTER_H
#define TML_FILTER_H

#include "kernels.h"
#include "rescale.h"

#define TML_ROOM 352            /* words for values and sums */

/* Where a window is: its first entry, which may be outside the input. Modulo 2^32. */
typedef struct {
    uint32_t y, x;              /* on the input */
    uint32_t slot;              /* in its ring, if that went on for ever */
    const int8_t *from;         /* the next entry, if all the row is in one piece there, or NULL */
} tml_place_t;

/* A filter, and the pixels that it is at. */
typedef struct {
    const tml_ring_t *input;
    const int8_t *first;        /* channel that is read of the ring's first pixel */
    const int8_t *weights;
    uint32_t depth;             /* weights of a channel */
    uint32_t products;          /* of them that count */
    uint16_t channels;          /* of the input that are read */
    uint16_t filters;           /* output channels */
    uint16_t k_w;
    int8_t fill;                /* what padding holds */
    /* How much is done at a time. */
    uint8_t pixels;             /* 4 or 1 */
    uint16_t chunk;              /* products */
    uint16_t group;              /* output channels */
    uint16_t row;               /* of the windows */
    uint32_t left;              /* values of it that are to come */
    tml_rescale_t rescale;
    tml_place_t places[4];
    int32_t room[TML_ROOM];
} tml_filter_t;

/* Divides the room for so many pixels. */
void tml_filter_divide(tml_filter_t *f, uint32_t pixels);

/* Sets one of the places. */
void tml_filter_place(tml_filter_t *f, uint32_t pixel, int32_t y, int32_t x);

/* All filters of the pixels, whose outputs are `rescale.stride` bytes apart. */
void tml_filter(tml_filter_t *f, int8_t *out);

#endif
