/* SPDX-License-Identifier: MIT */
/* Depthwise convolutions: each channel by itself. */
#ifndef TRAINING_DEPTHWISE_H
#define TRAINING_DEPTHWISE_H
#include <string.h>

#include "taps.h"
#include "training.h"
#include "vectors.h"

#define AHEAD 4                 /* vectors of items at once */

INLINE void weigh(const tap_t *taps, int count, const float *w, const float *from, ptrdiff_t step,
                  float *to, const int vectors)
{
    floats_t sums[AHEAD] = { { 0 } };

    for (int i = 0; i < count; i++) {
        for (int v = 0; v < vectors; v++) {
            sums[v] += w[taps[i].place] * load(from + taps[i].pixel * step + v * LANES);
        }
    }
    for (int v = 0; v < vectors; v++) {
        store(to + v * LANES, sums[v]);
    }
}

/* One pixel of a map, from those of the other. */
INLINE void pixel_of(const train_window_t *s, const tap_t *taps, int count, const float *w,
                     const float *from, float *to)
{
    const ptrdiff_t step = (ptrdiff_t)s->channels * s->items;
    const int size = s->kernel_height * s->kernel_width;

    for (int channel = 0; channel < s->channels; channel++) {
        const ptrdiff_t at = (ptrdiff_t)channel * s->items;
        int item = 0;
        for (; item + AHEAD * LANES <= s->items; item += AHEAD * LANES) {
            weigh(taps, count, w + channel * size, from + at + item, step, to + at + item, AHEAD);
        }
        for (; item < s->items; item += LANES) {
            weigh(taps, count, w + channel * size, from + at + item, step, to + at + item, 1);
        }
    }
}

/* A map of `height` by `width` pixels, from the other. */
INLINE void map_of(const train_window_t *window, find_t *find, int height, int width, const float *w,
                   const float *from, float *to)
{
    const train_window_t s = *window;
    tap_t taps[s.kernel_height * s.kernel_width];

    for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
            pixel_of(&s, taps, find(&s, row, column, taps), w, from, to);
            to += (ptrdiff_t)s.channels * s.items;
        }
    }
}

static void depthwise(const train_window_t *window, const float *x, const float *w, float *y)
{
    map_of(window, reads, window->rows, window->columns, w, x, y);
}

static void depthwise_input(const train_window_t *window, const float *w, const float *dy,
                            float *dx)
{
    map_of(window, is_read, window->height, window->width, w, dy, dx);
}

/* What a row of outputs says of one weight. */
INLINE float row_weight(const train_window_t *s, int l, const float *x, const float *dy)
{
    const ptrdiff_t step = (ptrdiff_t)s->channels * s->items;
    floats_t sum = { 0 };

    for (int column = 0; column < s->columns; column++) {
        const int from = column * s->stride_width - s->left + l;
        if (from < 0 || from >= s->width) {
            continue;
        }
        for (int item = 0; item < s->items; item += LANES) {
            sum += load(x + from * step + item) * load(dy + column * step + item);
        }
    }
    return total(sum);
}

static void depthwise_weights(const train_window_t *window, const float *x, const float *dy,
                              float *dw)
{
    const train_window_t s = *window;
    const ptrdiff_t step = (ptrdiff_t)s.channels * s.items;

    memset(dw, 0, sizeof(float) * s.channels * s.kernel_height * s.kernel_width);
    for (int row = 0; row < s.rows; row++) {
        for (int channel = 0; channel < s.channels; channel++) {
            float *sums = dw + channel * s.kernel_height * s.kernel_width;
            for (int k = 0; k < s.kernel_height; k++) {
                const int y = row * s.stride_height - s.top + k;
                for (int l = 0; l < s.kernel_width && y >= 0 && y < s.height; l++) {
                    sums[k * s.kernel_width + l] += row_weight(
                        &s, l, x + y * s.width * step + channel * s.items,
                        dy + row * s.columns * step + channel * s.items);
                }
            }
        }
    }
}
#endif
