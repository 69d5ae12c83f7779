/* SPDX-License-Identifier: MIT */
/* Depthwise convolution of an output pixel by itself: where its taps lie is worked out once, then
   four channels at a time sum over them. */
#include "windows.h"

enum {
    GROUP = 4,          /* channels whose weights share a word */
    TAPS = 64           /* places of input that are held */
};

/* Where taps `at` and on of a pixel's window are; NULL: in the padding. */
static void locate(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t channel, uint32_t at,
                   uint32_t count, const int8_t **taps)
{
    uint32_t ky = at / d->k_w, kx = at % d->k_w;

    for (; count != 0; count--) {
        const uint32_t row = y + ky * d->down, column = x + kx;
        *taps = NULL;
        if (row < d->input->height && column < d->input->width) {
            *taps = tml_pixel(d->m, d->input, row, column) + channel + ky * d->across;
        }
        taps++;
        if (++kx == d->k_w) {
            kx = 0;
            ky++;
        }
    }
}

/* Adds up taps of four channels, of an output pixel by itself. */
static void add_up(const tml_depthwise_t *d, uint32_t first, const int8_t *const *taps,
                   uint32_t count, const int8_t *weights, uint32_t *sums)
{
    const uint32_t last = d->filters - 1;
    const uint32_t from0 = first / d->multiplier;
    const uint32_t from1 = tml_least(first + 1, last) / d->multiplier;
    const uint32_t from2 = tml_least(first + 2, last) / d->multiplier;
    const uint32_t from3 = tml_least(first + 3, last) / d->multiplier;
    uint32_t sum0 = sums[0], sum1 = sums[1], sum2 = sums[2], sum3 = sums[3];

    for (; count != 0; count--, weights += GROUP) {
        const int8_t *in = *taps++;
        int32_t value0 = d->input_zp, value1 = value0, value2 = value0, value3 = value0;
        if (in != NULL) {
            value0 = in[from0];
            value1 = in[from1];
            value2 = in[from2];
            value3 = in[from3];
        }
        sum0 += (uint32_t)(value0 * weights[0]);
        sum1 += (uint32_t)(value1 * weights[1]);
        sum2 += (uint32_t)(value2 * weights[2]);
        sum3 += (uint32_t)(value3 * weights[3]);
    }
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
}

/* One output pixel, its taps where they lie. */
void tml_depthwise_pixel(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t channel,
                         int8_t *out)
{
    const uint32_t window = d->k_h * d->k_w;
    const int8_t *taps[TAPS], *weights = d->weights;

    for (uint32_t first = 0; first < d->filters; first += GROUP, out += GROUP) {
        int8_t *to[TML_BLOCK] = {out, out, out, out};
        uint32_t sums[GROUP] = {0, 0, 0, 0};
        for (uint32_t at = 0; at < window; at += TAPS) {
            const uint32_t count = tml_least(window - at, TAPS);
            if (first == 0 || window > TAPS) {
                locate(d, y, x, channel, at, count, taps);
            }
            add_up(d, first, taps, count, weights, sums);
            weights += count * GROUP;
        }
        tml_requantise_pixels(&d->outputs, first, tml_least(d->filters - first, GROUP),
                              (const int32_t *)sums, to, 1);
    }
}
