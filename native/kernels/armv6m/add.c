/* SPDX-License-Identifier: MIT */
/* Elementwise sum, in products of 16 bits. The output may be an input. */
#include "kernels.h"
#include "quant.h"

/* A multiplier and how far to shift afterwards. */
typedef struct {
    int32_t high, low;          /* halves of the multiplier */
    int32_t sign;               /* -1: negative numbers are rounded down */
    int32_t half, right;
} tml_factor_t;

static tml_factor_t factor(int32_t high, uint32_t mult, int32_t shift)
{
    const int32_t sign = shift == 0 ? 0 : -1;
    return (tml_factor_t){high, (int32_t)(mult & 0xffff), sign,
                          sign & (int32_t)((1u << -shift) >> 1), -shift};
}

/* tml_rounding_shift. */
static inline int32_t shifted(int32_t x, const tml_factor_t *f)
{
    return (x + (x >> 31 & f->sign) + f->half) >> f->right;
}

/* tml_requantise of x * 2^20, where |x| < 256. */
static inline int32_t scaled(int32_t x, const tml_factor_t *f)
{
    return shifted(x * f->high * 16 + ((x * f->low + (1 << 11)) >> 12), f);
}

/* tml_requantise, where |x| < 2^29 and the multiplier is 2^32 more than it seems. */
static inline int32_t requantised(int32_t x, const tml_factor_t *f)
{
    const int32_t low = (int16_t)x;
    const int32_t high = (x - low) >> 16;
    const int32_t middle = high * f->low + low * f->high + (low * f->low >> 16) + (1 << 15);
    return shifted(x + high * f->high + (middle >> 16), f);
}

static void add(const tml_add_t *s, const int8_t *in, const int8_t *in2, int8_t *out,
                uint32_t count)
{
    const tml_factor_t a = factor((int32_t)(s->input_mult >> 16), s->input_mult, s->input_shift);
    const tml_factor_t b = factor((int32_t)(s->input2_mult >> 16), s->input2_mult, s->input2_shift);
    const int usual = s->mult >> 31 != 0 && s->shift <= 0;
    const tml_factor_t c = factor((int32_t)s->mult >> 16, s->mult, usual ? s->shift : 0);

    for (; count != 0; count--) {
        int32_t x = scaled(*in++ - s->input_zp, &a) + scaled(*in2++ - s->input2_zp, &b);
        x = usual ? requantised(x, &c) : tml_requantise(x, s->mult, s->shift);
        *out++ = tml_clamp(tml_wrap_add(x, s->output_zp), s->act_min, s->act_max);
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
