/* SPDX-License-Identifier: MIT */
/* Mean over all pixels, per channel; every output pixel gets the same. */
#include "kernels.h"
#include "quant.h"

void tml_mean(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_mean_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];

    for (uint32_t x = at.x; x < (uint32_t)at.x + at.pixels; x++) {
        int8_t *out = tml_pixel(m, output, at.y, x);
        for (uint32_t c = 0; c < output->channels; c++) {
            const int8_t *in = tml_pixel(m, input, 0, 0) + c;
            int32_t sum = s->bias;
            for (uint32_t i = 0; i < input->pixels; i++) {
                sum = tml_wrap_add(sum, in[i * input->channels]);
            }
            sum = tml_wrap_add(tml_requantise(sum, s->mult, s->shift), s->output_zp);
            out[c] = tml_clamp(sum, INT8_MIN, INT8_MAX);
        }
    }
}
