/* SPDX-License-Identifier: MIT */
/* Depthwise convolution with weights of int16. What a window covers is looked up once for some
   channels, so that their sums run over a list of places. */
#include <string.h>

#include "kernels.h"
#include "quant.h"

enum { AT_ONCE = 32, MOST_PLACES = 25 };        /* channels; pixels of a window */

/* Adds what `count` places, of channel `o` and those behind it, give to their sums. */
static void add_places(const tml_depthwise_wide_t *s, uint32_t o, int32_t *sums,
                       const int32_t *end, const int8_t *const *places, uint32_t count,
                       const int16_t *weights)
{
    const uint32_t multiplier = s->multiplier, taps = (uint32_t)s->k_h * s->k_w;
    uint32_t c = 0, left = multiplier - o % multiplier;

    for (; sums != end; sums++, weights += taps) {
        int32_t sum = *sums;
        for (uint32_t i = 0; i < count; i++) {
            sum = tml_wrap_add(sum, places[i][c] * weights[i]);
        }
        *sums = sum;
        if (--left == 0) {
            left = multiplier;
            c++;
        }
    }
}

/* The sums of the channels from `o` on, of one pixel. */
static void convolve(const tml_model_t *m, const tml_depthwise_wide_t *s, tml_span_t at, uint32_t o,
                     int32_t *sums, const int32_t *end)
{
    const tml_ring_t *input = &m->rings[s->input];
    const tml_window_t rows = tml_window(at.y, s->stride_h, s->pad_top, s->k_h, input->height);
    const tml_window_t columns = tml_window(at.x, s->stride_w, s->pad_left, s->k_w, input->width);
    const int16_t *weights = (const int16_t *)(const void *)(m->data + s->weights)
                             + o * s->k_h * s->k_w;
    const int8_t *places[MOST_PLACES];
    int8_t border[AT_ONCE];
    uint32_t count = 0;

    memset(border, s->input_zp, sizeof border);
    for (int32_t ky = 0; ky < s->k_h; ky++) {
        for (int32_t kx = 0; kx < s->k_w; kx++) {
            if (count == MOST_PLACES) {
                add_places(s, o, sums, end, places, count, weights);
                weights += count;
                count = 0;
            }
            places[count++] = !tml_inside(rows, ky) || !tml_inside(columns, kx) ? border :
                tml_pixel(m, input, rows.start + ky, columns.start + kx) + o / s->multiplier;
        }
    }
    add_places(s, o, sums, end, places, count, weights);
}

void tml_depthwise_wide(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_depthwise_wide_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    const int32_t *bias = (const void *)(m->data + s->bias);
    const uint32_t *mult = (const void *)(m->data + s->mult);
    const int8_t *shift = (const int8_t *)m->data + s->shift;

    for (; at.pixels != 0; tml_next(&at, output->width)) {
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        for (uint32_t o = 0; o < output->channels; o += AT_ONCE) {
            const uint32_t left = output->channels - o;
            const uint32_t count = left < AT_ONCE ? left : AT_ONCE;
            int32_t sums[AT_ONCE];
            memcpy(sums, bias + o, count * sizeof *sums);
            convolve(m, s, at, o, sums, sums + count);
            for (uint32_t i = 0; i < count; i++) {
                const int32_t acc = tml_requantise(sums[i], mult[o + i], shift[o + i]);
                out[o + i] = tml_clamp(tml_wrap_add(acc, s->output_zp), s->act_min, s->act_max);
            }
        }
    }
}
