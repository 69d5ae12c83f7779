/* SPDX-License-Identifier: MIT */
/* Pieces of a span that lie in one piece in all rings, for kernels that go byte by byte. */
#ifndef TML_RUNS_H
#define TML_RUNS_H

#include "kernels.h"

/* `most`, or fewer pixels from the span's first one on that lie one behind the other. */
static __attribute__((noinline, unused)) uint32_t
tml_piece(const tml_ring_t *ring, uint32_t y, uint32_t x, uint32_t most)
{
    const uint32_t run =
        ring->pitch != ring->width ? ring->width - x : tml_contiguous(ring, y, x);
    return run < most ? run : most;
}

/* The span without its first `pixels` pixels. */
static inline void tml_skip(tml_span_t *at, uint32_t pixels, uint32_t width)
{
    const uint32_t x = at->x + pixels;
    at->pixels = (uint16_t)(at->pixels - pixels);
    at->y = (uint16_t)(at->y + x / width);
    at->x = (uint16_t)(x % width);
}

#endif
