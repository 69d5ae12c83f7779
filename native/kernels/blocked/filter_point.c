/* SPDX-License-Identifier: MIT */
/* Convolution of a pixel that is its own window, where many of its inputs may be -128. */
#include "dot.h"

void tml_filter_point(const tml_filter_t *f, const tml_spot_t *spot, const int16_t *weight_sums)
{
    const int8_t *in = tml_pixel(f->m, f->input, (uint32_t)spot->y, (uint32_t)spot->x);
    int32_t sums[TML_DOT_CHANNELS];

    for (uint32_t first = 0, channels; first < f->filters; first += channels) {
        int8_t *const to = spot->out + first, *const out[TML_BLOCK] = {to, to, to, to};
        channels = tml_least(f->filters - first, TML_DOT_CHANNELS);
        tml_dot_t d = {f->weights + first * f->depth, 2 * f->depth, (channels + 1) / 2, f->depth,
                       0};
        if (channels >= TML_DOT_MANY) {
            channels &= ~(TML_DOT_MANY - 1u);
            d.pairs = channels / 2;
            tml_dot_skip(&d, in, weight_sums + first, sums);
        } else {
            tml_dot_pixel(&d, in, sums);
        }
        tml_requantise_pixels(&f->outputs, first, channels, sums, out, 1);
    }
}
