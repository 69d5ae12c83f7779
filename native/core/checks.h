/* SPDX-License-Identifier: MIT */
/* What the generated checks are made of. Sizes saturate: a product too large is UINT32_MAX. */
#ifndef TML_CHECKS_H
#define TML_CHECKS_H

#include "tml.h"

#define TML_COUNT_STEP(code, name) +1
enum { TML_STEP_CODES = TML_STEPS(TML_COUNT_STEP) };

typedef struct {
    tml_status_t (*bounds)(const tml_model_t *m, const void *step);     /* NULL: not built */
    uint8_t words;              /* the step's length / 4 */
} tml_check_t;
extern const tml_check_t tml_checks[TML_STEP_CODES];    /* by code - 1 */

/* a * b, saturating. */
uint32_t tml_product(uint32_t a, uint16_t b);

/* Channels in pairs, in groups of four; the last may lack some. */
static inline uint16_t tml_pairs(uint16_t channels)
{
    return (uint16_t)((channels + 1u) / 2);
}

static inline uint16_t tml_quads(uint16_t channels)
{
    return (uint16_t)((channels + 3u) / 4);
}

/* Extent of an axis: 0 height, 1 width, 2 channels. */
uint16_t tml_dim(const tml_ring_t *ring, uint8_t axis);

/* Whether the ring holds its tensor in one piece. */
int tml_whole(const tml_ring_t *ring);

/* Whether the ring can hold sums: int32, aligned. */
int tml_sums(const tml_ring_t *ring);

/* The ring of that index, or NULL if there is none. */
const tml_ring_t *tml_check_ring(const tml_model_t *m, uint16_t index);

/* Whether `count` elements at the offset are aligned and inside the data. */
int tml_check_data(const tml_model_t *m, uint32_t offset, uint32_t element_bytes, uint32_t count);

/* Whether so many multipliers and shifts are there, and the shifts in -31..30. Offsets are those
   of bias, multipliers, shifts. */
int tml_check_factors(const tml_model_t *m, const uint32_t *offsets, uint32_t count);

#endif
