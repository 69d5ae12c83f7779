/* SPDX-License-Identifier: MIT */
/* Depthwise convolution of a pixel by itself: any window, any multiplier, and what is too little
   work to widen rows for. With the DSP extension, 7 to 20 instructions per product. */
#include <string.h>

#include "depthwise.h"
#include "quant.h"

enum { MOST_CHANNELS = 64 };            /* at a time */

/* Adds the products of a tap to sums of channels, four by four until `end`. `weights` of a group
   are `step` bytes behind those of the one before. */
void tml_depthwise_tap(int32_t *acc, const int8_t *in, const uint32_t *weights, uint32_t step,
                       const int32_t *end);

int8_t *tml_depthwise_at(const tml_depthwise_t *d, const tml_ring_t *ring, uint32_t row, uint32_t x)
{
    return tml_pixel(d->m, ring, d->deep != 0 ? d->y : row, x) + row * d->deep;
}

int8_t *tml_depthwise_entry(const tml_strip_t *t, const tml_ring_t *ring, uint32_t row,
                            uint32_t column)
{
    return t->swapped ? tml_depthwise_at(t->d, ring, column, row)
                      : tml_depthwise_at(t->d, ring, row, column);
}

static int8_t output_byte(int32_t acc, uint32_t mult, int shift, const tml_depthwise_conv2d_t *s)
{
    return tml_saturate(tml_wrap_add(tml_requantise(acc, mult, shift), s->output_zp));
}

void tml_depthwise_long(int32_t *acc, const int32_t *block, const tml_depthwise_conv2d_t *s)
{
    for (uint32_t i = 0; i < 4; i++) {
        acc[i] = output_byte(acc[i], (uint32_t)block[0], -(int8_t)block[2], s);
    }
}

void tml_depthwise_pixel(const tml_depthwise_t *d, uint32_t y, uint32_t x)
{
    const tml_depthwise_conv2d_t *s = d->s;
    const uint8_t *data = d->m->data;
    const tml_ring_t *input = &d->m->rings[s->input];
    const uint32_t taps = (uint32_t)s->k_h * s->k_w;
    const uint32_t *weights = (const uint32_t *)(const void *)(data + s->weights);
    const int32_t *bias = (const int32_t *)(const void *)(data + s->bias);
    const uint32_t *mult = (const uint32_t *)(const void *)(data + s->mult);
    const int8_t *shift = (const int8_t *)data + s->shift;
    int8_t *out = tml_depthwise_at(d, &d->m->rings[s->output], y, x);
    int32_t acc[MOST_CHANNELS];
    int8_t bytes[MOST_CHANNELS];

    for (uint32_t c = 0, count; c < d->channels; c += count) {
        count = d->channels - c < MOST_CHANNELS ? d->channels - c : MOST_CHANNELS;
        memcpy(acc, bias + c, 4 * count);
        for (uint32_t tap = 0; tap < taps; tap++) {
            const uint32_t row = y * d->stride_h - (uint32_t)s->pad_top + tap / s->k_w;
            const uint32_t column = x * s->stride_w - (uint32_t)s->pad_left + tap % s->k_w;
            const int8_t *in = bytes;
            if (row >= (uint32_t)d->height || column >= input->width) {
                memset(bytes, s->input_zp, MOST_CHANNELS);
            } else {
                const int8_t *first = tml_depthwise_at(d, input, row, column);
                if (s->multiplier == 1 && count % TML_LANES == 0) {
                    in = first + c;
                } else {
                    for (uint32_t i = 0; i < count; i++) {
                        bytes[i] = first[(c + i) / s->multiplier];
                    }
                }
            }
            tml_depthwise_tap(acc, in, weights + tap, 4 * taps, acc + count);
        }
        weights += MOST_CHANNELS / TML_LANES * taps;
        for (uint32_t i = 0; i < count; i++) {
            *out++ = output_byte(acc[i], *mult++, *shift++, s);
        }
    }
}
