/* SPDX-License-Identifier: MIT */
/* Elementwise sum. What TensorFlow Lite's three roundings need stays in registers, and none of them
   branches: 57 instructions per element on RV32IMC, of 110. The output may be an input. */
#include "kernels.h"
#include "quant.h"

#define INLINE static inline __attribute__((always_inline))

/* x * mult / 2^32 / 2^right, rounded twice. No sum overflows: |x| < 2^30, or right is 0. */
INLINE int32_t scaled(int32_t x, uint32_t mult, uint32_t right)
{
    const int32_t half = right == 0 ? 0 : 1 << (right - 1), sign = right == 0 ? 0 : -1;
    const int64_t product = (int64_t)x * mult;
    x = (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);
    return tml_wrap_add(x, tml_wrap_add((x >> 31) & sign, half)) >> right;
}

INLINE void add(const tml_add_t *s, const int8_t *in, const int8_t *in2, int8_t *out,
                uint32_t count)
{
    const int32_t zp = s->input_zp, zp2 = s->input2_zp, output_zp = s->output_zp;
    const int32_t low = s->act_min, high = s->act_max;
    const uint32_t mult = s->input_mult, mult2 = s->input2_mult, output_mult = s->mult;
    const uint32_t right = (uint32_t)-s->input_shift, right2 = (uint32_t)-s->input2_shift;
    const uint32_t left = s->shift > 0 ? (uint32_t)s->shift : 0;
    const uint32_t output_right = s->shift > 0 ? 0 : (uint32_t)-s->shift;

    for (; count != 0; count--) {
        const uint32_t sum = (uint32_t)scaled((*in++ - zp) * (1 << 20), mult, right) +
                             (uint32_t)scaled((*in2++ - zp2) * (1 << 20), mult2, right2);
        const int32_t x = scaled((int32_t)(sum << left), output_mult, output_right);
        *out++ = tml_clamp(tml_wrap_add(x, output_zp), low, high);
    }
}

void tml_add(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_add_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        add(s, tml_pixel(m, &m->rings[s->input], at.y, at.x),
            tml_pixel(m, &m->rings[s->input2], at.y, at.x), tml_pixel(m, output, at.y, at.x),
            output->channels);
    }
}
