/* SPDX-License-Identifier: MIT */
/* Elementwise sum of two tensors with scales of their own. The output may be an input. */
#include "kernels.h"
#include "quant.h"

#define TML_ADD_HEADROOM (1 << 20)      /* TensorFlow Lite's left shift of 20 */

void tml_add(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_add_t *s = step;
    const int8_t *in = tml_pixel(m, &m->rings[s->input], at.y, at.x);
    const int8_t *in2 = tml_pixel(m, &m->rings[s->input2], at.y, at.x);
    int8_t *out = tml_pixel(m, &m->rings[s->output], at.y, at.x);
    const uint32_t bytes = (uint32_t)at.pixels * m->rings[s->output].channels;

    for (uint32_t i = 0; i < bytes; i++) {
        const int32_t a = (in[i] - s->input_zp) * TML_ADD_HEADROOM;
        const int32_t b = (in2[i] - s->input2_zp) * TML_ADD_HEADROOM;
        int32_t sum = tml_requantise(a, s->input_mult, s->input_shift) +
                      tml_requantise(b, s->input2_mult, s->input2_shift);
        sum = tml_wrap_add(tml_requantise(sum, s->mult, s->shift), s->output_zp);
        out[i] = tml_clamp(sum, s->act_min, s->act_max);
    }
}
