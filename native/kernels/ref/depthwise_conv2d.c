/* SPDX-License-Identifier: MIT */
/* Depthwise convolution: every output channel sums over a window of one input channel. */
#include "kernels.h"
#include "quant.h"
#include "weights.h"

/* Output channel `o`, which reads input channel `c`, of one pixel, before requantising. */
static int32_t convolve(const tml_model_t *m, const tml_depthwise_conv2d_t *s, tml_window_t rows,
                        tml_window_t columns, uint32_t o, uint32_t c)
{
    const uint32_t *weights = (const void *)(m->data + s->weights);
    const uint32_t taps = (uint32_t)s->k_h * s->k_w;
    int32_t acc = ((const int32_t *)(const void *)(m->data + s->bias))[o];
    uint32_t tap = 0;

    for (int32_t ky = 0; ky < s->k_h; ky++) {
        for (int32_t kx = 0; kx < s->k_w; kx++, tap++) {
            int32_t value = s->input_zp;
            if (tml_inside(rows, ky) && tml_inside(columns, kx)) {
                value = tml_pixel(m, &m->rings[s->input], rows.start + ky, columns.start + kx)[c];
            }
            acc = tml_wrap_add(acc, value * tml_quad_weight(weights, taps, o, tap));
        }
    }
    return acc;
}

void tml_depthwise_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const uint32_t *mult = (const void *)(m->data + s->mult);
    const int8_t *shift = (const int8_t *)m->data + s->shift;

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows =
            tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
        const tml_window_t columns =
            tml_window(at.x, s->stride_w, s->pad_left, s->k_w, input->width);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t o = 0; o < output->channels; o++) {
            const int32_t sum = convolve(m, s, rows, columns, o, o / s->multiplier);
            const int32_t acc = tml_requantise(sum, mult[o], shift[o]);
            out[o] = tml_saturate(tml_wrap_add(acc, s->output_zp));
        }
    }
}
