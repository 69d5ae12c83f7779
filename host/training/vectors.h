/* SPDX-License-Identifier: MIT */
/* Sixteen floats at once; compilers split them where a core has shorter registers. */
#ifndef TRAINING_VECTORS_H
#define TRAINING_VECTORS_H
#include <stddef.h>
#include <stdint.h>

#define LANES 16

typedef float floats_t __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int32_t masks_t __attribute__((vector_size(4 * LANES), aligned(4)));

#define INLINE static inline __attribute__((always_inline))

INLINE floats_t load(const float *from)
{
    return *(const floats_t *)from;
}

INLINE void store(float *to, floats_t values)
{
    *(floats_t *)to = values;
}

INLINE float total(floats_t values)
{
    float sums[LANES];

    store(sums, values);
    for (int half = LANES / 2; half; half /= 2) {
        for (int i = 0; i < half; i++) {
            sums[i] += sums[i + half];
        }
    }
    return sums[0];
}

/* `values` where the mask says so, else zeros. */
INLINE floats_t where(masks_t mask, floats_t values)
{
    return (floats_t)((masks_t)values & mask);
}
#endif
