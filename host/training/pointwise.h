/* SPDX-License-Identifier: MIT */
/* 1x1 convolutions: for each pixel a product of matrices, weights (outputs, inputs) by the pixel's
 * (inputs, items). */
#ifndef TRAINING_POINTWISE_H
#define TRAINING_POINTWISE_H
#include <string.h>

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

/* `rows` by 16 * `vectors` outputs. */
INLINE void tile(const train_matrix_t *weights, int first, const float *x, float *y, int items,
                 const int vectors)
{
    const ptrdiff_t step = weights->row_step;
    const int left = weights->rows - first;
    floats_t sums[TILE][TILE] = { { { 0 } } };
    const float *row[TILE];

    rows_of(row, weights->at + first * step, step, left);
    for (int i = 0; i < weights->columns; i++) {
        floats_t given[TILE];
        for (int v = 0; v < vectors; v++) {
            given[v] = load(x + (ptrdiff_t)i * items + v * LANES);
        }
        for (int r = 0; r < TILE; r++) {
            const float weight = row[r][i * (ptrdiff_t)weights->column_step];
            for (int v = 0; v < vectors; v++) {
                sums[r][v] += weight * given[v];
            }
        }
    }
    for (int r = 0; r < TILE && r < left; r++) {
        for (int v = 0; v < vectors; v++) {
            store(y + (ptrdiff_t)(first + r) * items + v * LANES, sums[r][v]);
        }
    }
}

static void pointwise(const train_matrix_t *weights, const float *x, float *y, int pixels,
                      int items)
{
    const train_matrix_t w = *weights;

    for (int pixel = 0; pixel < pixels; pixel++) {
        int item = 0;
        for (; item + TILE * LANES <= items; item += TILE * LANES) {
            for (int first = 0; first < w.rows; first += TILE) {
                tile(&w, first, x + item, y + item, items, TILE);
            }
        }
        for (; item < items; item += LANES) {
            for (int first = 0; first < w.rows; first += TILE) {
                tile(&w, first, x + item, y + item, items, 1);
            }
        }
        x += (ptrdiff_t)w.columns * items;
        y += (ptrdiff_t)w.rows * items;
    }
}

/* Adds what some pixels say about `rows` by `columns` weights. */
INLINE void outer(const float *const dy[TILE], const float *const x[TILE], ptrdiff_t dy_step,
                  ptrdiff_t x_step, int pixels, int items, floats_t sums[TILE][TILE])
{
    for (int pixel = 0; pixel < pixels; pixel++) {
        for (int item = 0; item < items; item += LANES) {
            floats_t wanted[TILE];
            for (int r = 0; r < TILE; r++) {
                wanted[r] = load(dy[r] + pixel * dy_step + item);
            }
            for (int c = 0; c < TILE; c++) {
                const floats_t given = load(x[c] + pixel * x_step + item);
                for (int r = 0; r < TILE; r++) {
                    sums[r][c] += wanted[r] * given;
                }
            }
        }
    }
}

static void pointwise_weights(const float *x, const float *dy, float *dw, int inputs,
                              int outputs, int pixels, int items)
{
    const ptrdiff_t x_step = (ptrdiff_t)inputs * items, dy_step = (ptrdiff_t)outputs * items;
    const int fit = (int)(NEAR / (sizeof(float) * (x_step + dy_step)));
    const int most = fit > 0 ? fit : 1;

    memset(dw, 0, sizeof(float) * inputs * outputs);
    for (int done = 0; done < pixels; done += most) {
        const int now = pixels - done < most ? pixels - done : most;
        for (int o = 0; o < outputs; o += TILE) {
            const float *wanted[TILE];
            rows_of(wanted, dy + done * dy_step + o * (ptrdiff_t)items, items, outputs - o);
            for (int i = 0; i < inputs; i += TILE) {
                floats_t sums[TILE][TILE] = { { { 0 } } };
                const float *given[TILE];
                rows_of(given, x + done * x_step + i * (ptrdiff_t)items, items, inputs - i);
                outer(wanted, given, dy_step, x_step, now, items, sums);
                for (int r = 0; r < TILE && o + r < outputs; r++) {
                    for (int c = 0; c < TILE && i + c < inputs; c++) {
                        dw[(o + r) * inputs + i + c] += total(sums[r][c]);
                    }
                }
            }
        }
    }
}
#endif
