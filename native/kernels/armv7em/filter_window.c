/* SPDX-License-Identifier: MIT */
/* The inputs of windows, widened: straight from the ring where pixels are whole words, else from
   a copy. */
#include "filter.h"

#include <string.h>

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Entry (row, column) of a pixel's window, or NULL in the padding. */
static const int8_t *entry(const tml_filter_t *f, uint32_t p, uint32_t row, uint32_t column)
{
    const uint32_t y = (uint32_t)f->y[p] + row, x = (uint32_t)f->x[p] + column;
    return y < f->input->height && x < f->input->width ? tml_pixel(f->m, f->input, y, x) : NULL;
}

/* Whether a row of the window is outside, or inside and in one piece. */
static int in_a_piece(const tml_filter_t *f, uint32_t p, uint32_t row)
{
    const tml_ring_t *input = f->input;
    const uint32_t y = (uint32_t)f->y[p] + row, x = (uint32_t)f->x[p];
    if (y >= input->height) {
        return 1;
    }
    return x < input->width && x + f->k_w <= input->width &&
           tml_contiguous(input, y, x) >= f->k_w;
}

/* Inputs of whole words: rows of a window where they are in one piece, pixels where not. */
static void widen_words(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count,
                        int32_t *wide)
{
    const uint32_t channels = f->input->channels;
    const uint32_t length = f->k_w * channels;
    uint32_t row = k / length, at = k % length;
    const int8_t *in[4];

    while (count != 0) {
        const uint32_t column = at / channels, byte = at % channels;
        uint32_t n = length - at;
        for (uint32_t p = 0; p < pixels; p++) {
            if (!in_a_piece(f, p, row)) {
                n = channels - byte;
                break;
            }
        }
        n = least(least(n, count), TML_PAD_BYTES);
        for (uint32_t p = 0; p < pixels; p++) {
            in[p] = entry(f, p, row, column);
            in[p] = in[p] != NULL ? in[p] + byte : (const int8_t *)f->wide;
        }
        wide = tml_widen(in, pixels, wide, n / 4);
        count -= n;
        at += n;
        if (at == length) {
            at = 0;
            row++;
        }
    }
}

/* Inputs k ... k + count - 1 of one window. */
static void copy_window(const tml_filter_t *f, uint32_t p, uint32_t k, uint32_t count, int8_t *to)
{
    const uint32_t channels = f->input->channels;
    const uint32_t length = f->k_w * channels;
    uint32_t row = k / length, at = k % length;
    while (count != 0) {
        uint32_t byte = at % channels;
        const uint32_t n = least(in_a_piece(f, p, row) ? length - at : channels - byte, count);
        const int8_t *in = entry(f, p, row, at / channels);
        at += n;
        count -= n;
        for (const int8_t *end = to + n; to != end; to++) {
            *to = in != NULL ? in[byte++] : f->input_zp;
        }
        if (at == length) {
            at = 0;
            row++;
        }
    }
}

void tml_widen_windows(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count, int32_t *wide)
{
    if (f->chunk != TML_COPY_INPUTS) {
        widen_words(f, pixels, k, count, wide);
        return;
    }
    int8_t *copy = (int8_t *)f->wide;
    const int8_t *in[4];
    for (uint32_t p = 0; p < pixels; p++, copy += count) {
        in[p] = copy;
        ((int32_t *)(void *)(copy + count))[-1] = 0;
        copy_window(f, p, k, least(count, f->inputs - k), copy);
    }
    tml_widen(in, pixels, wide, count / 4);
}
