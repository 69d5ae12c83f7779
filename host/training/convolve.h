/* SPDX-License-Identifier: MIT */
/* Convolutions of all channels: for each place of the kernel a product of matrices, weights (outputs,
 * inputs) by the pixel that it sees, (inputs, items). */
#ifndef TRAINING_CONVOLVE_H
#define TRAINING_CONVOLVE_H
#include <string.h>

#include "taps.h"
#include "training.h"
#include "vectors.h"

#define TILE 4                  /* rows and vectors of a tile that stays in registers */
#define NEAR (384 * 1024)       /* bytes that a core has near it */

/* Rows of a tile; where fewer are left, the last stands in for those past it. */
INLINE void rows_of(const float **rows, const float *first, ptrdiff_t step, int left)
{
    for (int r = 0; r < TILE; r++) {
        rows[r] = first + (r < left ? r : left - 1) * step;
    }
}

/* `rows` by 16 * `vectors` numbers of a pixel. */
INLINE void tile(const train_matrices_t *weights, int first, const tap_t *taps, int count,
                 const float *from, float *to, int items, const int vectors)
{
    const ptrdiff_t step = weights->row_step, pixel = (ptrdiff_t)weights->columns * items;
    const int left = weights->rows - first;
    floats_t sums[TILE][TILE];

    for (int r = 0; r < TILE; r++) {
        for (int v = 0; v < vectors; v++) {
            sums[r][v] = (floats_t){ 0 };
        }
    }
    for (int t = 0; t < count; t++) {
        const float *at = from + taps[t].pixel * pixel, *row[TILE];
        rows_of(row, weights->at + taps[t].place * (ptrdiff_t)weights->place_step + first * step, step, left);
        for (int i = 0; i < weights->columns; i++, at += items) {
            floats_t given[TILE];
            for (int v = 0; v < vectors; v++) {
                given[v] = load(at + v * LANES);
            }
            for (int r = 0; r < TILE; r++) {
                const float weight = row[r][i * (ptrdiff_t)weights->column_step];
                for (int v = 0; v < vectors; v++) {
                    sums[r][v] += weight * given[v];
                }
            }
        }
    }
    for (int r = 0; r < TILE && r < left; r++) {
        for (int v = 0; v < vectors; v++) {
            store(to + (ptrdiff_t)(first + r) * items + v * LANES, sums[r][v]);
        }
    }
}

/* One pixel of a map, from those of the other. */
INLINE void pixel_by(const train_matrices_t *weights, const tap_t *taps, int count, const float *from,
                     float *to, int items)
{
    int item = 0;

    for (; item + TILE * LANES <= items; item += TILE * LANES) {
        for (int first = 0; first < weights->rows; first += TILE) {
            tile(weights, first, taps, count, from + item, to + item, items, TILE);
        }
    }
    for (; item < items; item += LANES) {
        for (int first = 0; first < weights->rows; first += TILE) {
            tile(weights, first, taps, count, from + item, to + item, items, 1);
        }
    }
}

/* A map of `height` by `width` pixels, from the other. */
INLINE void map_by(const train_window_t *window, const train_matrices_t *weights, find_t *find,
                   int height, int width, const float *from, float *to)
{
    const train_window_t s = *window;
    const train_matrices_t w = *weights;
    tap_t taps[s.kernel_height * s.kernel_width];

    for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++) {
            pixel_by(&w, taps, find(&s, row, column, taps), from, to, s.items);
            to += (ptrdiff_t)w.rows * s.items;
        }
    }
}

static void convolve(const train_window_t *window, const train_matrices_t *weights, const float *x,
                     float *y)
{
    map_by(window, weights, reads, window->rows, window->columns, x, y);
}

static void convolve_input(const train_window_t *window, const train_matrices_t *weights,
                           const float *dy, float *dx)
{
    map_by(window, weights, is_read, window->height, window->width, dy, dx);
}

/* Weights of one channel and one place, for all outputs. */
typedef struct {
    int row, column;            /* of the place */
    ptrdiff_t channel;          /* where its items are in a pixel */
} sight_t;

/* What an output's pixel, whose kernel begins at (row, column), sees there; `zeros` past the border. */
INLINE const float *seen(const train_window_t *s, int row, int column, sight_t sight, const float *x,
                         const float *zeros)
{
    row += sight.row, column += sight.column;
    if (row < 0 || row >= s->height || column < 0 || column >= s->width) {
        return zeros;
    }
    return x + ((ptrdiff_t)row * s->width + column) * s->channels * s->items + sight.channel;
}

/* Adds what the outputs' pixels from `first` to `end` say about `TILE` by `TILE` weights. */
INLINE void outer(const train_window_t *s, const float *const wanted[TILE], ptrdiff_t step,
                  const sight_t sights[TILE], const float *x, const float *zeros, int first, int end,
                  floats_t sums[TILE][TILE])
{
    int row = first / s->columns * s->stride_height - s->top;
    int column = first % s->columns * s->stride_width - s->left;
    const int past = s->columns * s->stride_width - s->left;

    for (int pixel = first; pixel < end; pixel++) {
        const float *given[TILE];
        for (int c = 0; c < TILE; c++) {
            given[c] = seen(s, row, column, sights[c], x, zeros);
        }
        column += s->stride_width;
        if (column == past) {
            column = -s->left, row += s->stride_height;
        }
        for (int item = 0; item < s->items; item += LANES) {
            floats_t dy[TILE];
            for (int r = 0; r < TILE; r++) {
                dy[r] = load(wanted[r] + pixel * step + item);
            }
            for (int c = 0; c < TILE; c++) {
                const floats_t one = load(given[c] + item);
                for (int r = 0; r < TILE; r++) {
                    sums[r][c] += dy[r] * one;
                }
            }
        }
    }
}

/* The weights of an output beginning with `first`, `TILE` of them; where fewer are left, the last. */
INLINE void sights_of(const train_window_t *s, int first, int last, sight_t sights[TILE])
{
    for (int c = 0; c < TILE; c++) {
        const int weight = first + c < last ? first + c : last, place = weight / s->channels;
        sights[c] = (sight_t){ place / s->kernel_width, place % s->kernel_width,
                               (ptrdiff_t)(weight % s->channels) * s->items };
    }
}

static void convolve_weights(const train_window_t *window, const float *x, const float *dy, float *dw,
                             int outputs)
{
    const train_window_t s = *window;
    const int each = s.kernel_height * s.kernel_width * s.channels, pixels = s.rows * s.columns;
    const ptrdiff_t step = (ptrdiff_t)outputs * s.items;
    const size_t taken = sizeof(float) * (s.stride_height * s.stride_width * s.channels + outputs) * s.items;
    const int most = taken < NEAR ? (int)(NEAR / taken) : 1;
    float zeros[s.items];

    memset(zeros, 0, sizeof zeros);
    memset(dw, 0, sizeof(float) * outputs * each);
    for (int done = 0; done < pixels; done += most) {
        const int end = done + most < pixels ? done + most : pixels;
        for (int i = 0; i < each; i += TILE) {
            sight_t sights[TILE];
            sights_of(&s, i, each - 1, sights);
            for (int o = 0; o < outputs; o += TILE) {
                floats_t sums[TILE][TILE] = { { { 0 } } };
                const float *wanted[TILE];
                rows_of(wanted, dy + o * (ptrdiff_t)s.items, s.items, outputs - o);
                outer(&s, wanted, step, sights, x, zeros, done, end, sums);
                for (int r = 0; r < TILE && o + r < outputs; r++) {
                    for (int c = 0; c < TILE && i + c < each; c++) {
                        dw[(o + r) * each + i + c] += total(sums[r][c]);
                    }
                }
            }
        }
    }
}
#endif
