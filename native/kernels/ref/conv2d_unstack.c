/* SPDX-License-Identifier: MIT */
/* A 1x1 convolution of pixels that hold several rows, each to a row of its own. */
#include "kernels.h"
#include "quant.h"
#include "weights.h"

static void convolve(const tml_model_t *m, const tml_conv2d_unstack_t *s, const int8_t *in,
                     int8_t *out)
{
    const int32_t *bias = (const void *)(m->data + s->bias);
    const uint32_t *mult = (const void *)(m->data + s->mult);
    const int8_t *shift = (const int8_t *)m->data + s->shift;
    const uint32_t *weights = (const void *)(m->data + s->weights);
    const uint32_t channels = m->rings[s->output].channels;

    for (uint32_t o = 0; o < channels; o++) {
        int32_t acc = bias[o];
        for (uint32_t c = 0; c < s->filter_channels; c++) {
            acc = tml_wrap_add(acc, in[c] * tml_pair_weight(weights, s->depth, o, c));
        }
        acc = tml_wrap_add(tml_requantise(acc, mult[o], shift[o]), s->output_zp);
        out[o] = tml_clamp(acc, s->act_min, s->act_max);
    }
}

void tml_conv2d_unstack(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_unstack_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const uint32_t first = (uint32_t)at.y * s->rows;
        const int8_t *in = tml_pixel(m, &m->rings[s->input], at.y, at.x);
        for (uint32_t y = first; y < first + s->rows && y < output->height; y++) {
            convolve(m, s, in, tml_pixel(m, output, y, at.x));
            in += s->filter_channels;
        }
    }
}
