/* SPDX-License-Identifier: MIT */
/* Depthwise convolution: the input's pixels, and output pixels one by one. */
#include "planes.h"
#include "quant.h"

void tml_tap_quad(const int8_t *const *pixels, const int8_t *const *pixels_end,
                  const int8_t *weights, int32_t *sums, uint32_t channel);

/* Four channels of pixels that lie one behind the other. */
static void copy(const tml_planes_t *p, const int8_t *from, uint32_t quad, uint32_t pixels,
                 uint32_t *to)
{
    if (p->words != 0) {
        for (from += 4 * quad; pixels != 0; pixels--, from += p->input->channels) {
            *to++ = *(const uint32_t *)(const void *)from;
        }
        return;
    }
    for (uint32_t i = 0; i < 4 && 4 * quad + i < p->output->channels; i++) {
        const int8_t *channel = from + (4 * quad + i) / p->s->multiplier;
        int8_t *byte = (int8_t *)to + i;
        for (uint32_t n = 0; n < pixels; n++, byte += 4, channel += p->input->channels) {
            *byte = *channel;
        }
    }
}

void tml_planes_gather(const tml_planes_t *p, uint32_t quad, uint32_t *to)
{
    const uint32_t fill = (uint8_t)p->s->input_zp * 0x01010101u;
    const uint32_t *end = to + p->rows * p->columns;
    uint32_t y = (uint32_t)p->y;

    for (; to != end; y++) {
        const uint32_t *row_end = to + p->columns;
        uint32_t x = (uint32_t)p->x;
        while (to != row_end) {
            if (y >= p->input->height || x >= p->input->width) {
                *to++ = fill;
                x++;
                continue;
            }
            uint32_t run = tml_smaller((uint32_t)(row_end - to), p->input->width - x);
            const int8_t *from = tml_pixel(p->m, p->input, y, x);
            if (tml_pixel(p->m, p->input, y, x + run - 1) !=
                from + (run - 1) * p->input->channels) {
                run = 1;
            }
            copy(p, from, quad, run, to);
            to += run;
            x += run;
        }
    }
}

/* Pixel by pixel, for windows that there is no room for. */
void tml_planes_slowly(tml_planes_t *p, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const uint32_t channels = p->output->channels;

    p->rescale.pixels = 1;
    p->rows = p->columns = 1;
    for (; at.pixels != 0; tml_next(&at, p->output->width)) {
        const int8_t *weight = p->weights;
        int8_t *out = tml_pixel(p->m, p->output, at.y, at.x);
        p->rescale.channel = 0;
        for (uint32_t c = 0; c < channels; c += 4) {
            int32_t sums[4] = {0, 0, 0, 0};
            for (uint32_t tap = 0; tap < p->taps; tap++) {
                p->y = at.y * s->stride_h - s->pad_top + (int32_t)(tap / s->k_w);
                p->x = at.x * s->stride_w - s->pad_left + (int32_t)(tap % s->k_w);
                tml_planes_gather(p, c / 4, p->room);
                for (uint32_t i = 0; i < 4; i++) {
                    const int8_t value = ((const int8_t *)p->room)[i];
                    sums[i] = tml_wrap_add(sums[i], value * *weight++);
                }
            }
            p->rescale.end = tml_smaller(c + 4, channels);
            tml_rescale(sums, out, &p->rescale);
        }
    }
}

/* For those in the padding stands a word, which is where it is whatever the channel. */
void tml_planes_pixel(tml_planes_t *p, tml_span_t at)
{
    const tml_depthwise_conv2d_t *s = p->s;
    const uint32_t channels = p->output->channels;
    const int8_t **pixels = (void *)(p->room + 1);
    const int8_t **end = pixels;
    int32_t *sums = (int32_t *)(pixels + p->taps);
    const uint32_t most = (TML_ROOM - 1 - p->taps) & ~3u;
    int8_t *out = tml_pixel(p->m, p->output, at.y, at.x);

    p->room[0] = (uint8_t)s->input_zp * 0x01010101u;
    for (uint32_t ky = 0; ky < s->k_h; ky++) {
        const uint32_t y = (uint32_t)(at.y * s->stride_h - s->pad_top) + ky;
        uint32_t x = (uint32_t)(at.x * s->stride_w - s->pad_left);
        for (uint32_t kx = 0; kx < s->k_w; kx++, x++) {
            *end++ = y < p->input->height && x < p->input->width ? tml_pixel(p->m, p->input, y, x)
                                                                 : (const int8_t *)p->room;
        }
    }
    p->rescale.pixels = 1;
    p->rescale.channel = 0;
    for (uint32_t c = 0; c < channels;) {
        int32_t *sum = sums;
        for (; c < channels && sum < sums + most; c += 4, sum += 4) {
            tml_tap_quad(pixels, end, p->weights + c * p->taps, sum, c);
            for (const int8_t **pixel = pixels; pixel < end; pixel++) {
                if (*pixel + c == (const int8_t *)p->room) {
                    *pixel -= 4;
                }
            }
        }
        p->rescale.end = c;
        tml_rescale(sums, out, &p->rescale);
    }
}
