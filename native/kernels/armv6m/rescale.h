/* SPDX-License-Identifier: MIT */
/* Sums to bytes, for a run of output channels of a few pixels. */
#ifndef TML_RESCALE_H
#define TML_RESCALE_H

#include <stdint.h>

/* requantise.S knows the order. */
typedef struct {
    const uint32_t *mult;
    const int32_t *bias;
    const int8_t *shift;
    uint32_t factors;           /* mask of the indices of `mult` and `shift` */
    uint32_t channel, end;      /* the next one, and the first that is not to be done */
    uint8_t quick;              /* as in the step */
    uint32_t pixels;            /* sums of a channel, one behind the other */
    uint32_t stride;            /* bytes from one pixel of the output to the next */
    int32_t zero;               /* 2 * output_zp + 1 */
} tml_rescale_t;

/* The constants of a step, whatever its kind. */
#define TML_RESCALE_OPEN(r, m, s, output) do { \
        (r)->mult = (const void *)((m)->data + (s)->mult); \
        (r)->bias = (const void *)((m)->data + (s)->bias); \
        (r)->shift = (const int8_t *)(m)->data + (s)->shift; \
        (r)->factors = UINT32_MAX; \
        (r)->stride = (output)->channels; \
        (r)->zero = 2 * (s)->output_zp + 1; \
        (r)->quick = (s)->quick; \
    } while (0)

static inline uint32_t tml_smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Channels `channel` to `end` - 1; `out` is where channel 0 goes. */
void tml_rescale(const int32_t *sums, int8_t *out, tml_rescale_t *r);

#endif
