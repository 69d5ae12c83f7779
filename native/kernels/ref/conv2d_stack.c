/* SPDX-License-Identifier: MIT */
/* A 1x1 convolution of all rows of a window: the columns that a depthwise convolution is to see,
   each as one pixel with its rows one behind the other. Rows are computed again for every window
   they are in, so that nobody keeps them. */
#include "kernels.h"
#include "quant.h"
#include "weights.h"

static void convolve(const tml_model_t *m, const tml_conv2d_stack_t *s, const int8_t *in,
                     int8_t *out)
{
    const uint32_t channels = m->rings[s->input].channels;
    const int32_t *bias = (const void *)(m->data + s->bias);
    const uint32_t *mult = (const void *)(m->data + s->mult);
    const int8_t *shift = (const int8_t *)m->data + s->shift;
    const uint32_t *weights = (const void *)(m->data + s->weights);

    for (uint32_t o = 0; o < s->filters; o++) {
        int32_t acc = bias[o];
        for (uint32_t c = 0; c < channels; c++) {
            acc = tml_wrap_add(acc, in[c] * tml_pair_weight(weights, s->depth, o, c));
        }
        acc = tml_wrap_add(tml_requantise(acc, mult[o], shift[o]), s->output_zp);
        out[o] = tml_clamp(acc, s->act_min, s->act_max);
    }
}

void tml_conv2d_stack(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_stack_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows =
            tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (int32_t row = 0; row < s->k_h; row++, out += s->filters) {
            if (tml_inside(rows, row)) {
                convolve(m, s, tml_pixel(m, input, (uint32_t)(rows.start + row), at.x), out);
            } else {
                for (uint32_t o = 0; o < s->filters; o++) {
                    out[o] = s->fill;
                }
            }
        }
    }
}
