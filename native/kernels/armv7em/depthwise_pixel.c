/* SPDX-License-Identifier: MIT */
/* Depthwise convolution pixel by pixel. */
#include "depthwise.h"
#include "quant.h"

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

void tml_depthwise_pixel(const tml_strip_t *t, uint32_t y, uint32_t x, uint32_t c)
{
    const tml_depthwise_t *d = t->d;
    const tml_depthwise_conv2d_t *s = d->s;
    const uint8_t *data = d->m->data;
    const int8_t *weight =
        (const int8_t *)data + s->weights + (c & ~3u) * s->k_h * s->k_w + (c & 3);
    int32_t acc = ((const int32_t *)(const void *)(data + s->bias))[c];
    const int32_t block[] = { ((const int32_t *)(const void *)(data + s->mult))[c], 0,
                              -((const int8_t *)data + s->shift)[c] };
    const uint32_t in_c = c / s->multiplier;
    uint32_t row = y * d->stride_h - (uint32_t)s->pad_top;

    for (uint32_t ky = 0; ky < s->k_h; ky++, row++) {
        uint32_t column = x * s->stride_w - (uint32_t)s->pad_left;
        for (uint32_t kx = 0; kx < s->k_w; kx++, column++, weight += TML_LANES) {
            int32_t value = s->input_zp;
            if (row < (uint32_t)d->height && column < t->input->width) {
                value = pixel(d, t->input, row, column)[in_c];
            }
            acc = tml_wrap_add(acc, value * *weight);
        }
    }
    tml_depthwise_long(&acc, block, s, 1);
    pixel(d, t->output, y, x)[c] = (int8_t)acc;
}
