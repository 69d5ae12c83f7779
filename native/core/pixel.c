/* SPDX-License-Identifier: MIT */
/* Where a ring keeps its pixels: one copy for all kernels, which saves half a KB. */
#include "kernels.h"

int8_t *tml_pixel(const tml_model_t *m, const tml_ring_t *ring, uint32_t y, uint32_t x)
{
    uint32_t slot = y * ring->pitch + x;
    if (slot >= ring->pixels) {
        slot %= ring->pixels;
    }
    return m->arena + ring->offset + slot * ring->channels;
}
