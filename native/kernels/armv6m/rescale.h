/* SPDX-License-Identifier: MIT */
/* Sums to bytes, for a run of output channels of a few pixels. */
#ifndef TML_RESCALE_H
#define TML_RESCALE_H

#include <stdint.h>

/* requantise.S knows the order. */
typedef struct {
    const uint32_t *mult;       /* of the next channel */
    const int32_t *bias;
    const int8_t *shift;
    uint32_t channels;          /* that are left */
    uint32_t pixels;            /* sums of a channel, one behind the other */
    uint32_t stride;            /* bytes from one pixel of the output to the next */
    int32_t zero;               /* 2 * output_zp + 1 */
    uint8_t quick;              /* as in the step */
    int8_t act_min, act_max;
} tml_rescale_t;

/* The constants of a step, whatever its kind. */
#define TML_RESCALE_OPEN(r, m, s, output) do { \
        (r)->mult = (const void *)((m)->data + (s)->mult); \
        (r)->bias = (const void *)((m)->data + (s)->bias); \
        (r)->shift = (const int8_t *)(m)->data + (s)->shift; \
        (r)->stride = (output)->channels; \
        (r)->zero = 2 * (s)->output_zp + 1; \
        (r)->quick = (s)->quick; \
        (r)->act_min = (s)->act_min; \
        (r)->act_max = (s)->act_max; \
    } while (0)

/* Goes back so many channels. */
static inline void tml_rescale_back(tml_rescale_t *r, uint32_t channels)
{
    r->mult -= channels;
    r->bias -= channels;
    r->shift -= channels;
}

/* The next `channels` channels. */
void tml_rescale(const int32_t *sums, int8_t *out, tml_rescale_t *r, uint32_t channels);

#endif
