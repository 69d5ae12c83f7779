/* SPDX-License-Identifier: MIT */
/* Depthwise convolution of pixels that hold the rows of a window, one behind the other, to pixels
   that hold `high` output rows. */
#include "kernels.h"
#include "quant.h"
#include "weights.h"

/* One output row of one output pixel; `first` is its uppermost input row. */
static void convolve(const tml_model_t *m, const tml_depthwise_conv2d_stack_t *s, uint32_t y,
                     tml_window_t columns, uint32_t first, int8_t *out)
{
    const int32_t *bias = (const void *)(m->data + s->bias);
    const uint32_t *mult = (const void *)(m->data + s->mult);
    const int8_t *shift = (const int8_t *)m->data + s->shift;
    const uint32_t *weights = (const void *)(m->data + s->weights);
    const uint32_t taps = (uint32_t)s->taps_h * s->k_w;

    for (uint32_t o = 0; o < s->filters; o++) {
        int32_t acc = bias[o];
        uint32_t tap = 0;
        for (uint32_t ky = 0; ky < s->taps_h; ky++) {
            for (int32_t kx = 0; kx < s->k_w; kx++, tap++) {
                int32_t value = s->input_zp;
                if (tml_inside(columns, kx)) {
                    const uint32_t x = (uint32_t)(columns.start + kx);
                    value = tml_pixel(m, &m->rings[s->input], y, x)[(first + ky) * s->filters + o];
                }
                acc = tml_wrap_add(acc, value * tml_quad_weight(weights, taps, o, tap));
            }
        }
        acc = tml_wrap_add(tml_requantise(acc, mult[o], shift[o]), s->output_zp);
        out[o] = tml_saturate(acc);
    }
}

void tml_depthwise_conv2d_stack(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_conv2d_stack_t *s = step;
    const uint16_t width = m->rings[s->input].width;
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t columns = tml_window(at.x, s->stride_w, s->pad_left, s->k_w, width);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t row = 0; row < s->high; row++, out += s->filters) {
            convolve(m, s, at.y, columns, row * s->step_h, out);
        }
    }
}
