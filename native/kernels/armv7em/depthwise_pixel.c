/* SPDX-License-Identifier: MIT */
/* Depthwise convolution of a pixel by itself: any window, any multiplier, and what is too little
   work to widen rows for. With the DSP extension, 6 to 19 instructions per product. */
#include <string.h>

#include "depthwise.h"
#include "quant.h"

enum { MOST_TAPS = 49 };        /* whose places are kept for all channels */

/* Adds the products of four channels, `c` bytes into pixels, at some taps. A place that is NULL
   holds `padding`. */
void tml_depthwise_taps(int32_t *acc, const int8_t *const *places, const uint32_t *weights,
                        uint32_t count, uint32_t c, uint32_t padding);

static int8_t *pixel(const tml_depthwise_t *d, const tml_ring_t *ring, uint32_t row, uint32_t x)
{
    return tml_pixel(d->m, ring, d->deep != 0 ? d->y : row, x) + row * d->deep;
}

int8_t *tml_depthwise_entry(const tml_strip_t *t, const tml_ring_t *ring, uint32_t row,
                            uint32_t column)
{
    return t->swapped ? pixel(t->d, ring, column, row) : pixel(t->d, ring, row, column);
}

void tml_depthwise_long(int32_t *acc, const int32_t *block, const tml_depthwise_conv2d_t *s,
                        uint32_t count)
{
    for (; count-- != 0; acc++) {
        const int32_t value = tml_requantise(*acc, (uint32_t)block[0], -(int8_t)block[2]);
        *acc = tml_clamp(tml_wrap_add(value, s->output_zp), s->act_min, s->act_max);
    }
}

/* Where the input under some taps of a window is; NULL: padding. */
static void find_taps(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t tap,
                      uint32_t count, const int8_t **places)
{
    const tml_depthwise_conv2d_t *s = d->s;
    const tml_ring_t *input = &d->m->rings[s->input];
    for (; count != 0; count--, tap++) {
        const uint32_t row = y * d->stride_h - (uint32_t)s->pad_top + tap / s->k_w;
        const uint32_t column = x * s->stride_w - (uint32_t)s->pad_left + tap % s->k_w;
        const int inside = row < (uint32_t)d->height && column < input->width;
        *places++ = inside ? pixel(d, input, row, column) : NULL;
    }
}

/* The same for channels that are not four in a row. */
static void add_lanes(const tml_depthwise_t *d, int32_t *acc, const int8_t *const *places,
                      const uint32_t *weights, uint32_t count, uint32_t c, uint32_t padding)
{
    for (; count != 0; count--, places++, weights++) {
        int8_t word[TML_LANES] = { 0 };
        const int8_t *place = NULL;
        if (*places != NULL) {
            place = word;
            for (uint32_t i = 0; i < TML_LANES && c + i < d->channels; i++) {
                word[i] = (*places)[(c + i) / d->s->multiplier];
            }
        }
        tml_depthwise_taps(acc, &place, weights, 1, 0, padding);
    }
}

static int8_t output_byte(const tml_depthwise_conv2d_t *s, int32_t acc, uint32_t mult, int shift)
{
    if (s->quick == 0) {
        const int32_t block[] = { (int32_t)mult, 0, -shift };
        tml_depthwise_long(&acc, block, s, 1);
        return (int8_t)acc;
    }
    __asm__("smmlar %0, %0, %1, %0" : "+r"(acc) : "r"(mult));
    acc = tml_rounding_shift(acc, -shift & 31) + s->output_zp;
    return tml_clamp(acc, INT8_MIN, INT8_MAX);
}

void tml_depthwise_pixel(const tml_depthwise_t *d, uint32_t y, uint32_t x)
{
    const tml_depthwise_conv2d_t *s = d->s;
    const uint8_t *data = d->m->data;
    const uint32_t taps = (uint32_t)s->k_h * s->k_w;
    const uint32_t padding = (uint8_t)s->input_zp * 0x01010101u;
    const uint32_t *weights = (const uint32_t *)(const void *)(data + s->weights);
    const int32_t *bias = (const int32_t *)(const void *)(data + s->bias);
    const uint32_t *mult = (const uint32_t *)(const void *)(data + s->mult);
    const int8_t *shift = (const int8_t *)data + s->shift;
    const int8_t *places[MOST_TAPS];
    int8_t *out = pixel(d, &d->m->rings[s->output], y, x);

    for (uint32_t c = 0; c < d->channels; c += TML_LANES) {
        int32_t acc[TML_LANES];
        memcpy(acc, bias + c, sizeof acc);
        for (uint32_t tap = 0, count; tap < taps; tap += count, weights += count) {
            count = taps - tap < MOST_TAPS ? taps - tap : MOST_TAPS;
            if (c == 0 || taps > MOST_TAPS) {
                find_taps(d, y, x, tap, count, places);
            }
            if (s->multiplier == 1 && d->channels - c >= TML_LANES) {
                tml_depthwise_taps(acc, places, weights, count, c, padding);
            } else {
                add_lanes(d, acc, places, weights, count, c, padding);
            }
        }
        for (uint32_t i = 0; i < TML_LANES && c + i < d->channels; i++) {
            *out++ = output_byte(s, acc[i], mult[c + i], shift[c + i]);
        }
    }
}
