/* SPDX-License-Identifier: MIT */
/* Batch normalisation with ReLU6 after it. */
#ifndef TRAINING_NORMALISE_H
#define TRAINING_NORMALISE_H
#include <string.h>

#include "training.h"
#include "vectors.h"

#define TOP 6.0f

INLINE floats_t cut(floats_t values, int relu6)
{
    const floats_t top = (floats_t){ 0 } + TOP;
    const masks_t over = values > top;

    if (!relu6) {
        return values;
    }
    return where(values > 0, where(~over, values)) + where(over, top);
}

/* dy where y was not cut. */
INLINE floats_t passed(const train_norm_t *norm, int channel, floats_t x, floats_t dy)
{
    const floats_t y = x * norm->scale[channel] + norm->shift[channel];

    return norm->relu6 ? where((y > 0) & (y < TOP), dy) : dy;
}

/* Sums of channels, and of their squares. */
static void add_up(const train_shape_t *shape, const float *x, double *sums, double *squares)
{
    memset(sums, 0, sizeof(double) * shape->channels);
    memset(squares, 0, sizeof(double) * shape->channels);
    for (int pixel = 0; pixel < shape->pixels; pixel++) {
        for (int c = 0; c < shape->channels; c++, x += shape->items) {
            floats_t sum = { 0 }, square = { 0 };
            for (int item = 0; item < shape->items; item += LANES) {
                const floats_t one = load(x + item);
                sum += one;
                square += one * one;
            }
            sums[c] += total(sum);
            squares[c] += total(square);
        }
    }
}

static void normalise(const train_shape_t *shape, const train_norm_t *norm, const float *x, float *y)
{
    const int channels = shape->channels;
    const double count = (double)shape->pixels * shape->items;
    double *const sums = norm->sums, *const squares = norm->sums + channels;

    add_up(shape, x, sums, squares);
    for (int c = 0; c < channels; c++) {
        const double mean = sums[c] / count, variance = squares[c] / count - mean * mean;
        norm->mean[c] = (float)mean;
        norm->variance[c] = variance > 0 ? (float)variance : 0;
        norm->scale[c] = (float)(norm->gain[c] / sqrt(norm->variance[c] + norm->epsilon));
        norm->shift[c] = (float)(norm->bias[c] - mean * norm->scale[c]);
    }
    for (int pixel = 0; pixel < shape->pixels; pixel++) {
        for (int c = 0; c < channels; c++, x += shape->items, y += shape->items) {
            for (int item = 0; item < shape->items; item += LANES) {
                store(y + item, cut(load(x + item) * norm->scale[c] + norm->shift[c], norm->relu6));
            }
        }
    }
}

/* Sums of what came through, and of its products with x - mean. */
static void add_up_back(const train_shape_t *shape, const train_norm_t *norm, const float *x,
                        const float *dy, double *sums, double *products)
{
    memset(sums, 0, sizeof(double) * shape->channels);
    memset(products, 0, sizeof(double) * shape->channels);
    for (int pixel = 0; pixel < shape->pixels; pixel++) {
        for (int c = 0; c < shape->channels; c++, x += shape->items, dy += shape->items) {
            const float mean = norm->mean[c];
            floats_t sum = { 0 }, product = { 0 };
            for (int item = 0; item < shape->items; item += LANES) {
                const floats_t given = load(x + item), d = passed(norm, c, given, load(dy + item));
                sum += d;
                product += d * (given - mean);
            }
            sums[c] += total(sum);
            products[c] += total(product);
        }
    }
}

static void normalise_input(const train_shape_t *shape, const train_norm_t *norm, const float *x,
                            const float *dy, float *dx, float *dgain, float *dbias)
{
    const int channels = shape->channels, items = shape->items;
    const double count = (double)shape->pixels * items;
    double *const sums = norm->sums, *const products = norm->sums + channels;

    add_up_back(shape, norm, x, dy, sums, products);
    for (int c = 0; c < channels; c++) {
        const double root = 1 / sqrt(norm->variance[c] + norm->epsilon);
        dgain[c] = (float)(products[c] * root);
        dbias[c] = (float)sums[c];
        products[c] *= root * root / count;
        sums[c] /= count;
    }
    for (int pixel = 0; pixel < shape->pixels; pixel++) {
        for (int c = 0; c < channels; c++, x += items, dy += items, dx += items) {
            const float mean = norm->mean[c], scale = norm->scale[c];
            const float offset = (float)sums[c], slope = (float)products[c];
            for (int item = 0; item < items; item += LANES) {
                const floats_t given = load(x + item), d = passed(norm, c, given, load(dy + item));
                store(dx + item, (d - offset - (given - mean) * slope) * scale);
            }
        }
    }
}
#endif
