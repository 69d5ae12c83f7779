/* SPDX-License-Identifier: MIT */
/* Depthwise convolution with weights of int16. */
#include <string.h>

#include "kernels.h"
#include "quant.h"

enum { AT_ONCE = 32 };          /* channels whose sums are on the stack */

/* Adds one tap to the sums of `count` channels from `o` on. */
static void add_tap(const tml_depthwise_wide_t *s, int32_t *sums, const int8_t *in,
                    const int16_t *weights, uint32_t o, uint32_t count)
{
    uint32_t left = s->multiplier - o % s->multiplier;

    in += o / s->multiplier;
    for (uint32_t i = 0; i < count; i++) {
        sums[i] = tml_wrap_add(sums[i], (*in - s->input_zp) * weights[i]);
        if (--left == 0) {
            left = s->multiplier;
            in++;
        }
    }
}

void tml_depthwise_wide(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_wide_t *s = step;
    const tml_ring_t *input = &m->rings[s->input];
    const tml_ring_t *output = &m->rings[s->output];
    const int32_t *bias = (const void *)(m->data + s->bias);
    const uint32_t *mult = (const void *)(m->data + s->mult);
    const int8_t *shift = (const int8_t *)m->data + s->shift;
    const uint32_t channels = output->channels;

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        const tml_window_t rows =
            tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
        const tml_window_t columns =
            tml_window(at.x, s->stride_w, s->pad_left, s->k_w, input->width);
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t o = 0; o < channels; o += AT_ONCE) {
            const uint32_t count = channels - o < AT_ONCE ? channels - o : AT_ONCE;
            int32_t sums[AT_ONCE];
            memcpy(sums, bias + o, count * sizeof *sums);
            for (int32_t ky = rows.first; ky < rows.end; ky++) {
                for (int32_t kx = columns.first; kx < columns.end; kx++) {
                    const int16_t *weights = (const void *)(m->data + s->weights);
                    weights += (uint32_t)(ky * s->k_w + kx) * channels + o;
                    add_tap(s, sums, tml_pixel(m, input, rows.start + ky, columns.start + kx),
                            weights, o, count);
                }
            }
            for (uint32_t i = 0; i < count; i++) {
                const int32_t acc = tml_requantise(sums[i], mult[o + i], shift[o + i]);
                out[o + i] = tml_clamp(tml_wrap_add(acc, s->output_zp), s->act_min, s->act_max);
            }
        }
    }
}
