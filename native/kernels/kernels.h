/* SPDX-License-Identifier: MIT */
/* What a kernel is: it computes one block of pixels of a step's output ring, and cannot fail. */
#ifndef TML_KERNELS_H
#define TML_KERNELS_H

#include "tml.h"

/* `pixels` output pixels from (y, x) on, row by row, inside the output ring. For a step that
   fires several rows at once, y counts such groups of rows. */
typedef struct {
    uint16_t y, x, pixels;
} tml_span_t;

/* The span without its first pixel; `width` is that of the output. */
static inline void tml_next(tml_span_t *at, uint32_t width)
{
    at->pixels--;
    if (++at->x == width) {
        at->x = 0;
        at->y++;
    }
}

typedef void (*tml_kernel_t)(const tml_model_t *m, const void *step, tml_span_t at);

#define TML_KERNEL_PROTOTYPE(code, name) \
    void tml_##name(const tml_model_t *m, const void *step, tml_span_t at);
TML_STEPS(TML_KERNEL_PROTOTYPE)

/* The bytes of pixel (y, x), which MUST be inside the tensor. The only place that knows where a
   ring keeps its pixels. */
int8_t *tml_pixel(const tml_model_t *m, const tml_ring_t *ring, uint32_t y, uint32_t x);

/* Makes bytes below `low` low, and those above `high` high. */
void tml_limit(int8_t *bytes, uint32_t count, int8_t low, int8_t high);

/* The same for the pixels that a convolution has computed. */
void tml_limits(const tml_model_t *m, const void *step, tml_span_t at);

/* How many pixels lie one behind the other from (y, x) on, before the ring begins again. */
static inline uint32_t tml_contiguous(const tml_ring_t *ring, uint32_t y, uint32_t x)
{
    return ring->pixels - (y * ring->pitch + x) % ring->pixels;
}

/* A window's place on the input along one axis: entries first ... end - 1 are inside. */
typedef struct {
    int32_t start;          /* input coordinate of entry 0; below 0 in the padding */
    int32_t first, end;
} tml_window_t;

static inline tml_window_t tml_window(uint32_t at, uint32_t stride, uint32_t pad, uint32_t k,
                                      uint32_t size)
{
    tml_window_t w;
    w.start = (int32_t)(at * stride) - (int32_t)pad;
    w.first = w.start < 0 ? -w.start : 0;
    w.end = w.start + (int32_t)k > (int32_t)size ? (int32_t)size - w.start : (int32_t)k;
    return w;
}

static inline int tml_inside(tml_window_t w, int32_t entry)
{
    return entry >= w.first && entry < w.end;
}

#endif
