/* SPDX-License-Identifier: MIT */
/* Convolution: every output channel sums over a window of all input channels. */
#include "kernels.h"
#include "quant.h"
#include "weights.h"

/* One output channel of one pixel, before requantising. */
static int32_t convolve(const tml_model_t *m, const tml_conv2d_t *s, tml_window_t rows,
                        tml_window_t columns, uint32_t o)
{
    const tml_ring_t *input = &m->rings[s->input];
    const uint32_t *weights = (const void *)(m->data + s->weights);
    int32_t acc = ((const int32_t *)(const void *)(m->data + s->bias))[o];
    uint32_t k = 0;

    for (int32_t ky = 0; ky < s->k_h; ky++) {
        for (int32_t kx = 0; kx < s->k_w; kx++) {
            const int8_t *pixel = NULL;
            if (tml_inside(rows, ky) && tml_inside(columns, kx)) {
                pixel = tml_pixel(m, input, rows.start + ky, columns.start + kx);
            }
            for (uint32_t c = 0; c < input->channels; c++, k++) {
                const int32_t value = pixel != NULL ? pixel[c] : s->input_zp;
                acc = tml_wrap_add(acc, value * tml_pair_weight(weights, s->depth, o, k));
            }
        }
    }
    return acc;
}

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const uint32_t *mult = (const void *)(m->data + s->mult);
    const int8_t *shift = (const int8_t *)m->data + s->shift;
    const uint32_t mask = s->factor_pairs == 1 ? 1 : UINT32_MAX;      /* of their indices */

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows =
            tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
        const tml_window_t columns =
            tml_window(at.x, s->stride_w, s->pad_left, s->k_w, input->width);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t o = 0; o < output->channels; o++) {
            const int32_t sum = convolve(m, s, rows, columns, o);
            const int32_t acc = tml_requantise(sum, mult[o & mask], shift[o & mask]);
            out[o] = tml_saturate(tml_wrap_add(acc, s->output_zp));
        }
    }
}
