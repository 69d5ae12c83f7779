/* SPDX-License-Identifier: MIT */
/* Fully connected: every output pixel sums over the whole input. */
#include "kernels.h"
#include "quant.h"

void tml_fully_connected(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_fully_connected_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const int32_t *bias = (const void *)(m->data + s->bias);
    const int8_t *in = tml_pixel(m, input, 0, 0);
    const uint32_t inputs = input->pixels * input->channels;

    for (uint32_t x = at.x; x < (uint32_t)at.x + at.pixels; x++) {
        const uint32_t n = (uint32_t)at.y * output->width + x;
        const int8_t *weights = (const int8_t *)m->data + s->weights + n * inputs;
        int32_t acc = bias[n];
        for (uint32_t i = 0; i < inputs; i++) {
            acc = tml_wrap_add(acc, in[i] * weights[i]);
        }
        acc = tml_wrap_add(tml_requantise(acc, s->mult, s->shift), s->output_zp);
        *tml_pixel(m, output, at.y, x) = tml_clamp(acc, s->act_min, s->act_max);
    }
}
