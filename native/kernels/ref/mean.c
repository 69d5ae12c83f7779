/* SPDX-License-Identifier: MIT */
/* Mean over the pixels of a row, per channel. */
#include "kernels.h"
#include "quant.h"

void tml_mean(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_mean_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    int8_t *out = tml_pixel(m, output, at.y, 0);

    for (uint32_t c = 0; c < output->channels; c++) {
        int32_t sum = s->bias;
        for (uint32_t x = 0; x < input->width; x++) {
            sum = tml_wrap_add(sum, tml_pixel(m, input, at.y, x)[c]);
        }
        sum = tml_wrap_add(tml_requantise(sum, s->mult, s->shift), s->output_zp);
        out[c] = tml_clamp(sum, INT8_MIN, INT8_MAX);
    }
}
