/* SPDX-License-Identifier: MIT */
/* Depthwise convolution: every output channel sums over a window of one input channel. */
#include "kernels.h"
#include "quant.h"

void tml_depthwise_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const int32_t *bias = (const void *)(m->data + s->bias);
    const int32_t *mult = (const void *)(m->data + s->mult);
    const int8_t *shift = (const int8_t *)m->data + s->shift;
    const tml_window_t rows = tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);

    for (uint32_t x = at.x; x < (uint32_t)at.x + at.pixels; x++) {
        const tml_window_t columns =
            tml_window(x, s->stride_w, s->pad_left, s->k_w, input->width);
        int8_t *out = tml_pixel(m, output, at.y, x);
        for (uint32_t o = 0, c = 0, j = 0; o < output->channels; o++) {
            const int8_t *weight = (const int8_t *)m->data + s->weights + o;
            int32_t acc = bias[o];
            for (int32_t ky = 0; ky < s->k_h; ky++) {
                for (int32_t kx = 0; kx < s->k_w; kx++) {
                    int32_t value = s->input_zp;
                    if (tml_inside(rows, ky) && tml_inside(columns, kx)) {
                        value = tml_pixel(m, input, rows.start + ky, columns.start + kx)[c];
                    }
                    acc = tml_wrap_add(acc, value * *weight);
                    weight += output->channels;
                }
            }
            acc = tml_wrap_add(tml_requantise(acc, mult[o], shift[o]), s->output_zp);
            out[o] = tml_clamp(acc, s->act_min, s->act_max);
            if (++j == s->multiplier) {
                j = 0;
                c++;
            }
        }
    }
}
