/* SPDX-License-Identifier: MIT */
/* A function of two elements. The output may be an input of its size. */
#include "kernels.h"
#include "quant.h"

enum { SUM, DIFFERENCE, SQUARED_DIFFERENCE, PRODUCT, MAXIMUM, MINIMUM };

static int32_t combined(uint32_t kind, int32_t a, int32_t b)
{
    if (kind == MAXIMUM || kind == MINIMUM) {
        return (a < b) == (kind == MAXIMUM) ? b : a;
    }
    if (kind == SUM) {
        return tml_wrap_add(a, b);
    }
    if (kind <= SQUARED_DIFFERENCE) {
        b = a = (int32_t)((uint32_t)a - (uint32_t)b);
    }
    return kind == DIFFERENCE ? a : (int32_t)((uint32_t)a * (uint32_t)b);
}

static int8_t binary(const tml_binary_t *s, int32_t a, int32_t b)
{
    uint32_t mult = s->mult;
    int shift = s->shift;

    a -= s->input_zp;
    b -= s->input2_zp;
    if (s->kind < PRODUCT) {
        a = tml_requantise(a * (1 << s->headroom), s->input_mult, s->input_shift);
        b = tml_requantise(b * (1 << s->headroom), s->input2_mult, s->input2_shift);
    }
    if (s->kind > MINIMUM && a >= 0) {
        mult = s->input_mult;
        shift = s->input_shift;
    } else {
        a = combined(s->kind, a, b);
    }
    a = tml_wrap_add(tml_requantise(a, mult, shift), s->output_zp);
    return tml_clamp(a, s->act_min, s->act_max);
}

/* The pixel that goes with (y, x) of the output. */
static const int8_t *spread(const tml_model_t *m, const tml_ring_t *ring, uint32_t y, uint32_t x)
{
    return tml_pixel(m, ring, ring->height == 1 ? 0 : y, ring->width == 1 ? 0 : x);
}

static const int8_t *constant(const tml_model_t *m, const tml_binary_t *s, uint32_t y, uint32_t x,
                              uint32_t channels)
{
    const uint32_t row = s->constant_h == 1 ? 0 : y * s->constant_w;
    return (const int8_t *)m->data + s->constant + (row + (s->constant_w == 1 ? 0 : x)) * channels;
}

void tml_binary(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_binary_t *s = step;
    const tml_ring_t *input = &m->rings[s->input], *input2 = &m->rings[s->input2];
    const tml_ring_t *output = &m->rings[s->output];
    const uint32_t channels = output->channels, is_constant = s->constant_h != 0;
    const uint32_t next = input->channels != 1, next2 = is_constant || input2->channels != 1;

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const int8_t *in = spread(m, input, at.y, at.x);
        const int8_t *in2 = is_constant ? constant(m, s, at.y, at.x, channels)
                                        : spread(m, input2, at.y, at.x);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t c = 0; c < channels; c++, in += next, in2 += next2) {
            out[c] = s->is_first ? binary(s, *in2, *in) : binary(s, *in, *in2);
        }
    }
}
