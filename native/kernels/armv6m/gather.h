/* SPDX-License-Identifier: MIT */
/* Windows of some pixels, and how they become words. */
#ifndef TML_GATHER_H
#define TML_GATHER_H

#include "dots.h"
#include "kernels.h"

enum { TML_PIXELS = 4, TML_ROOM = 384 };    /* words for a chunk of the windows and sums */

/* Where a window is. */
typedef struct {
    uint32_t y, x;              /* on the input; modulo 2^32, since it may be in the padding */
    const int8_t *row;          /* NULL before the first one that is inside */
    const int8_t *from;         /* the next entry, if all the row is in one piece, or NULL */
} tml_place_t;

/* The windows of some pixels, and how far they are read. */
typedef struct {
    const tml_model_t *m;
    const tml_ring_t *input;
    uint32_t k_w;
    int32_t fill;               /* what padding holds */
    uint32_t pixels;            /* 4 or 1 */
    uint32_t step;              /* for tml_widen */
    uint32_t row;               /* of the windows */
    uint32_t left;              /* values of it that are to come */
    uint32_t listed;            /* bytes of a list of the last inputs; 0: there is none */
    tml_place_t places[TML_PIXELS];
    int32_t room[TML_ROOM];
} tml_windows_t;

/* The next `count` values of all windows, which begin where `row` is UINT32_MAX and `left` 0. */
void tml_gather(tml_windows_t *w, uint32_t count);

#endif
