/* SPDX-License-Identifier: MIT */
/* Convolution, blocked for registers: the windows of four pixels are copied side by side, then all
   pairs of output channels pass over them (dot.c). A pixel that is left over, or the only one,
   meets four pairs at a time. Stack: 1.3 KB. */
#include <string.h>

#include "dot.h"

static void copy(int8_t *to, const int8_t *from, uint32_t bytes)
{
    if ((((uintptr_t)to | (uintptr_t)from) & 3) == 0) {
        for (; bytes >= 16; bytes -= 16, to += 16, from += 16) {
            const uint32_t *in = (const void *)from;
            uint32_t *out = (void *)to;
            out[0] = in[0];
            out[1] = in[1];
            out[2] = in[2];
            out[3] = in[3];
        }
        for (; bytes >= 4; bytes -= 4, to += 4, from += 4) {
            *(uint32_t *)(void *)to = *(const uint32_t *)(const void *)from;
        }
    }
    for (; bytes != 0; bytes--) {
        *to++ = *from++;
    }
}

/* `count` bytes of a window, its rows one behind the other, from byte `at` on; then zeros up to
   a multiple of four. */
static void fetch(const tml_filter_t *f, const tml_spot_t *spot, uint32_t at, uint32_t count,
                  int8_t *to)
{
    const tml_ring_t *input = f->input;
    const uint32_t tap = at / f->channels;
    uint32_t ky = tap / f->k_w, kx = tap % f->k_w, skip = at % f->channels;

    memset(to + count, 0, -count & 3);
    while (count != 0) {
        const uint32_t y = (uint32_t)spot->y + ky, x = (uint32_t)spot->x + kx;
        const int8_t *in = NULL;
        uint32_t columns = f->k_w - kx;
        if (y < input->height && x < input->width) {
            in = tml_pixel(f->m, input, y, x) + spot->channel + skip;
            columns = tml_least(columns, tml_least(input->width - x, tml_contiguous(input, y, x)));
        } else if (y < input->height) {
            columns = tml_least(columns, 0u - x);   /* until x is 0; behind the row, to the end */
        }
        const uint32_t bytes = tml_least(columns * f->channels - skip, count);
        if (in != NULL) {
            copy(to, in, bytes);
        } else {
            memset(to, f->input_zp, bytes);
        }
        to += bytes;
        count -= bytes;
        skip = 0;
        kx += columns;
        if (kx == f->k_w) {
            kx = 0;
            ky++;
        }
    }
}

/* Where w0 + 256 * w1 is too large for a halfword, it wrapped: w1 = -128 was taken for 128. */
static void unwrap(const tml_dot_t *d, const int8_t *in, uint32_t pixels, int32_t *sums)
{
    for (uint32_t pair = 0; pair < d->pairs; pair++, sums += 2 * pixels) {
        const int8_t *weights = d->weights + pair * d->stride;
        for (uint32_t k = 0; k < d->count; k++) {
            if (tml_halfword(weights + 2 * k) < 32640) {
                continue;
            }
            const int8_t *at = in + ((k & ~3u) | (k & 1) << 1 | (k >> 1 & 1));
            for (uint32_t i = 0; i < pixels; i++) {
                sums[pixels + i] = tml_wrap_add(sums[pixels + i], at[i * TML_PATCH] * -256);
            }
        }
    }
}

/* The windows of some pixels side by side; that of one pixel where it lies, if it can stay. */
static const int8_t *windows(const tml_filter_t *f, const tml_spot_t *spots, uint32_t pixels,
                             uint32_t at, uint32_t count, int8_t *patch)
{
    const int is_point = f->k_h == 1 && f->k_w == 1 && count % 4 == 0;

    for (uint32_t i = 0; i < pixels; i++, spots++) {
        const uint32_t y = (uint32_t)spots->y, x = (uint32_t)spots->x;
        if (is_point && y < f->input->height && x < f->input->width) {
            const int8_t *in = tml_pixel(f->m, f->input, y, x) + spots->channel + at;
            if (pixels == 1) {
                return in;
            }
            copy(patch + i * TML_PATCH, in, count);
        } else {
            fetch(f, spots, at, count, patch + i * TML_PATCH);
        }
    }
    return patch;
}

void tml_filter(const tml_filter_t *f, tml_spot_t *spots, uint32_t pixels)
{
    const uint32_t products = (uint32_t)f->k_h * f->k_w * f->channels;
    const uint32_t chunk = pixels == 1 ? TML_DOT : TML_PATCH;
    uint32_t patch[TML_BLOCK * TML_PATCH / 4];
    int32_t sums[TML_DOT_CHANNELS];
    const int8_t *in = NULL;

    for (uint32_t i = pixels; i < TML_BLOCK; i++) {
        spots[i] = spots[i - 1];        /* a missing pixel is the last one again */
    }
    pixels = pixels == 1 ? 1 : TML_BLOCK;
    const uint32_t group = TML_DOT_CHANNELS / pixels;
    for (uint32_t first = 0; first < f->filters; first += group) {
        const uint32_t channels = tml_least(f->filters - first, group);
        int8_t *out[TML_BLOCK];
        for (uint32_t at = 0; at < products; at += chunk) {
            const uint32_t count = tml_least(products - at, chunk);
            if (first == 0 || products > chunk) {
                in = windows(f, spots, pixels, at, count, (int8_t *)patch);
            }
            const tml_dot_t d = {f->weights + first * f->depth + 2 * at, 2 * f->depth,
                                 (channels + 1) / 2, (count + 3) & ~3u, at != 0};
            if (pixels == 1) {
                tml_dot_pixel(&d, in, sums);
            } else {
                tml_dot_block(&d, in, sums);
            }
            if (f->outputs.quick == 0) {
                unwrap(&d, in, pixels, sums);
            }
        }
        for (uint32_t i = 0; i < TML_BLOCK; i++) {
            out[i] = spots[i].out + first;
        }
        tml_requantise_pixels(&f->outputs, first, channels, sums, out, pixels);
    }
}
