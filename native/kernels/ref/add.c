/* SPDX-License-Identifier: MIT */
/* Elementwise sum of two tensors with scales of their own. The output may be an input. */
#include "kernels.h"
#include "quant.h"

#define TML_ADD_HEADROOM (1 << 20)      /* TensorFlow Lite's left shift of 20 */

static int8_t add(const tml_add_t *s, int8_t in, int8_t in2)
{
    const int32_t a = (in - s->input_zp) * TML_ADD_HEADROOM;
    const int32_t b = (in2 - s->input2_zp) * TML_ADD_HEADROOM;
    int32_t sum = tml_requantise(a, s->input_mult, s->input_shift) +
                  tml_requantise(b, s->input2_mult, s->input2_shift);
    sum = tml_wrap_add(tml_requantise(sum, s->mult, s->shift), s->output_zp);
    return tml_clamp(sum, s->act_min, s->act_max);
}

void tml_add(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_add_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const int8_t *in = tml_pixel(m, &m->rings[s->input], at.y, at.x);
        const int8_t *in2 = tml_pixel(m, &m->rings[s->input2], at.y, at.x);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t c = 0; c < output->channels; c++) {
            out[c] = add(s, in[c], in2[c]);
        }
    }
}
