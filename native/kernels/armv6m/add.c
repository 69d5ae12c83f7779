/* SPDX-License-Identifier: MIT */
/* Elementwise sum. The output may be an input. */
#include "kernels.h"
#include "quant.h"

#define TML_ADD_HEADROOM (1 << 20)      /* TensorFlow Lite's left shift of 20 */
#define TML_ADD_HALF 0x80000000         /* the multiplier 0.5: that of the larger scale */

/* A byte times 2^20 is scaled in two products, with halves of its multiplier, and shifted; that of
   the larger scale is shifted only. The sum, x, is scaled in four products: halves of x, where
   |x| < 2^29, with halves of its multiplier less 2^32. addition.S knows the order. */
typedef struct {
    uint32_t count;
    int32_t low, low_zero;
    int32_t high, high_zero;    /* * 2^4 */
    int32_t sign;               /* -1: negative numbers are rounded down */
    int32_t half, right;
    int32_t zero2;              /* * 2^19 */
    int32_t sum_low, sum_high;
    int32_t round;
    int32_t constant, sum_right;
} tml_addition_t;

void tml_add_bytes(const int8_t *in, const int8_t *in2, int8_t *out, const tml_addition_t *s);

/* As it is defined. */
static void add_slowly(const tml_add_t *s, const int8_t *in, const int8_t *in2, int8_t *out,
                       uint32_t count)
{
    for (; count != 0; count--) {
        const int32_t a = (*in++ - s->input_zp) * TML_ADD_HEADROOM;
        const int32_t b = (*in2++ - s->input2_zp) * TML_ADD_HEADROOM;
        int32_t x = tml_requantise(a, s->input_mult, s->input_shift) +
                    tml_requantise(b, s->input2_mult, s->input2_shift);
        x = tml_wrap_add(tml_requantise(x, s->mult, s->shift), s->output_zp);
        *out++ = tml_clamp(x, s->act_min, s->act_max);
    }
}

static void add(const tml_add_t *s, const int8_t *in, const int8_t *in2, int8_t *out,
                uint32_t count)
{
    const int swap = s->input_mult == TML_ADD_HALF && s->input_shift == 0;
    const uint32_t mult = swap ? s->input2_mult : s->input_mult;
    const int32_t shift = swap ? s->input2_shift : s->input_shift;
    const int32_t zero = swap ? s->input2_zp : s->input_zp;
    const int32_t low = (int32_t)(mult & 0xffff), high = (int32_t)(mult >> 16 << 4);

    if ((!swap && (s->input2_mult != TML_ADD_HALF || s->input2_shift != 0)) ||
        s->mult >> 31 == 0 || s->shift >= 0 || s->shift < -22 || s->act_min != INT8_MIN ||
        s->act_max != INT8_MAX) {
        add_slowly(s, in, in2, out, count);
        return;
    }
    const tml_addition_t sum = {
        count, low, (1 << 11) - zero * low, high, -zero * high,
        shift == 0 ? 0 : -1, (int32_t)((1u << -shift) >> 1), -shift,
        -(swap ? s->input_zp : s->input2_zp) * (1 << 19),
        (int32_t)(s->mult & 0xffff), (int32_t)s->mult >> 16, 1 << 15,
        (2 * s->output_zp + 1) * (1 << (-s->shift - 1)), -s->shift,
    };
    tml_add_bytes(swap ? in2 : in, swap ? in : in2, out, &sum);
}

/* Whether a ring holds `count` pixels from (y, x) on one behind the other. */
static int together(const tml_model_t *m, const tml_ring_t *ring, tml_span_t at, uint32_t count)
{
    return tml_pixel(m, ring, at.y, at.x + count - 1) ==
           tml_pixel(m, ring, at.y, at.x) + (count - 1) * ring->channels;
}

void tml_add(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_add_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *input2 = &m->rings[s->input2];
    const tml_ring_t *output = &m->rings[s->output];

    while (at.pixels != 0) {
        uint32_t count = output->width - (uint32_t)at.x;
        count = count < at.pixels ? count : at.pixels;
        if (!together(m, input, at, count) || !together(m, input2, at, count) ||
            !together(m, output, at, count)) {
            count = 1;
        }
        add(s, tml_pixel(m, input, at.y, at.x), tml_pixel(m, input2, at.y, at.x),
            tml_pixel(m, output, at.y, at.x), count * output->channels);
        for (; count != 0; count--) {
            tml_next(&at, output->width);
        }
    }
}
