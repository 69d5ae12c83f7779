/* SPDX-License-Identifier: MIT */
/* Elementwise sum. The output may be an input. */
#include "kernels.h"
#include "quant.h"

#define TML_ADD_HEADROOM 20     /* TensorFlow Lite's left shift */

/* An input byte times 2^20 is scaled in two products, of the halves of its multiplier, and shifted.
   addition.S knows the order. */
typedef struct {
    int32_t low, low_zero;
    int32_t high, high_zero;    /* * 2^4 */
    int32_t sign;               /* -1: negative numbers are rounded down */
    int32_t half, right;
} tml_factor_t;

/* So is their sum, x, in four: halves of x, where |x| < 2^29, with halves of its multiplier less
   2^32. */
typedef struct {
    uint32_t count;
    tml_factor_t input, input2;
    int32_t low, high;
    int32_t round;
    int32_t constant, right;
} tml_addition_t;

void tml_add_bytes(const int8_t *in, const int8_t *in2, int8_t *out, const tml_addition_t *s);

static tml_factor_t factor(int32_t zero_point, uint32_t mult, int32_t shift)
{
    const int32_t low = (int32_t)(mult & 0xffff);
    const int32_t high = (int32_t)(mult >> 16 << 4);
    return (tml_factor_t){low, (1 << 11) - zero_point * low, high, -zero_point * high,
                          shift == 0 ? 0 : -1, (int32_t)((1u << -shift) >> 1), -shift};
}

/* What addition.S can do; else the definition. */
static void add(const tml_add_t *s, const int8_t *in, const int8_t *in2, int8_t *out,
                uint32_t count)
{
    if (s->mult >> 31 != 0 && s->shift < 0 && s->shift >= -22 && s->act_min == INT8_MIN &&
        s->act_max == INT8_MAX) {
        const tml_addition_t sum = {
            .count = count,
            .input = factor(s->input_zp, s->input_mult, s->input_shift),
            .input2 = factor(s->input2_zp, s->input2_mult, s->input2_shift),
            .low = (int32_t)(s->mult & 0xffff),
            .high = (int32_t)s->mult >> 16,
            .round = 1 << 15,
            .constant = (2 * s->output_zp + 1) * (1 << (-s->shift - 1)),
            .right = -s->shift,
        };
        tml_add_bytes(in, in2, out, &sum);
        return;
    }
    for (; count != 0; count--) {
        const int32_t a = (*in++ - s->input_zp) * (1 << TML_ADD_HEADROOM);
        const int32_t b = (*in2++ - s->input2_zp) * (1 << TML_ADD_HEADROOM);
        int32_t x = tml_requantise(a, s->input_mult, s->input_shift) +
                    tml_requantise(b, s->input2_mult, s->input2_shift);
        x = tml_wrap_add(tml_requantise(x, s->mult, s->shift), s->output_zp);
        *out++ = tml_clamp(x, s->act_min, s->act_max);
    }
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
