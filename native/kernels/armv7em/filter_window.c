/* SPDX-License-Identifier: MIT */
/* The inputs of windows, widened: straight from the ring where pixels are whole words, else from a
   copy. The beginning of `wide` has room for padding, and for the copy. */
#include "filter.h"

#include <string.h>

void tml_filter_windows(tml_filter_t *f, const tml_conv2d_t *s)
{
    const int copies = f->input->channels % 4 != 0;
    f->k_w = s->k_w;
    f->chunk = copies ? TML_COPY_INPUTS : TML_WINDOW_INPUTS;
    f->stride = s->stride_w * f->input->channels;
    f->end = f->m->arena + f->input->offset + f->input->pixels * f->input->channels;
    f->padding = (int8_t *)f->wide + (copies ? TML_COPY_BYTES : 0);
    f->piece = copies ? TML_PADDING : 2 * TML_PADDING;
    memset(f->padding, s->input_zp, f->piece);
}

/* Points at byte `at` of a row of all windows, if they are even and the ring doesn't begin again
   in this row. */
static int find_rows(tml_filter_t *f, uint32_t pixels, uint32_t row, uint32_t at)
{
    const tml_ring_t *input = f->input;
    const uint32_t y = (uint32_t)f->y[0] + row, x = (uint32_t)f->x[0];
    const int8_t *in = f->padding;
    uint32_t stride = 0;
    if (f->even == 0) {
        return 0;
    }
    if (y < input->height) {
        if (tml_contiguous(input, y, x) < f->even) {
            return 0;
        }
        in = tml_pixel(f->m, input, y, x) + at;
        stride = f->stride;
    }
    for (uint32_t p = 0; p < pixels; p++) {
        f->in[p] = in;
        in += stride;
    }
    return 1;
}

/* Points at a byte of entry (row, column) of all windows. */
static void find_entries(tml_filter_t *f, uint32_t pixels, uint32_t row, uint32_t column,
                         uint32_t byte)
{
    const tml_ring_t *input = f->input;
    for (uint32_t p = 0; p < pixels; p++) {
        const uint32_t y = (uint32_t)f->y[p] + row, x = (uint32_t)f->x[p] + column;
        f->in[p] = y < input->height && x < input->width ? tml_pixel(f->m, input, y, x) + byte
                                                         : f->padding;
    }
}

/* Copies bytes of all windows, up to 3 too many where they don't leave the ring. */
static void copy(const tml_filter_t *f, uint32_t pixels, int8_t *to, uint32_t bytes)
{
    for (uint32_t p = 0; p < pixels; p++, to += TML_COPY_BYTES / 4) {
        const int8_t *in = f->in[p];
        int8_t *at = to, *end = to + bytes;
        if ((uintptr_t)(f->end - in) >= bytes + 3) {
            do {
                memcpy(at, in, 4);
                at += 4;
                in += 4;
            } while (at < end);
        } else {
            do {
                *at++ = *in++;
            } while (at != end);
        }
    }
}

void tml_widen_windows(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count, int32_t *wide)
{
    const uint32_t channels = f->input->channels;
    const uint32_t length = f->k_w * channels;
    const int copies = f->chunk == TML_COPY_INPUTS;
    int8_t *to = (int8_t *)f->wide;
    uint32_t row = k / length, at = k % length;
    uint32_t left = tml_least(count, f->inputs - k);

    do {
        uint32_t n = length - at;
        if (!find_rows(f, pixels, row, at)) {
            const uint32_t byte = at % channels;
            n = channels - byte;
            find_entries(f, pixels, row, at / channels, byte);
        }
        n = tml_least(tml_least(n, left), f->piece);
        if (copies) {
            copy(f, pixels, to, n);
        } else {
            wide = tml_widen(f->in, pixels, wide, n / 4);
        }
        to += n;
        left -= n;
        at += n;
        if (at == length) {
            at = 0;
            row++;
        }
    } while (left != 0);
    if (copies) {
        for (uint32_t p = 0; p < pixels; p++, to += TML_COPY_BYTES / 4) {
            memset(to, 0, 3);
            f->in[p] = (int8_t *)f->wide + p * TML_COPY_BYTES / 4;
        }
        tml_widen(f->in, pixels, wide, count / 4);
    }
}
