/* SPDX-License-Identifier: MIT */
/* Layers of small nets, forward and backward, on one core.
 *
 * Maps are (height, width, channels, items), so that all items of a batch are neighbours: however few
 * channels a layer has, every vector is full. Items are a multiple of 16. */
#ifndef TRAINING_H
#define TRAINING_H

/* One for each place of a kernel; read with any steps, so that each is its transpose too. */
typedef struct {
    const float *at;
    int rows, columns, row_step, column_step, place_step;
} train_matrices_t;

typedef struct {
    int pixels, channels, items;
} train_shape_t;

/* Of a convolution. Weights are (outputs, kernel height, kernel width, channels), those of a depthwise one
 * (channels, kernel height, kernel width). */
typedef struct {
    int height, width;          /* of the input */
    int rows, columns;          /* of the output */
    int kernel_height, kernel_width;
    int stride_height, stride_width;
    int top, left;              /* rows and columns of zeros before the input */
    int channels, items;        /* of the input */
} train_window_t;

/* Batch normalisation, and ReLU6 after it where `relu6`. Arrays are of channels. */
typedef struct {
    const float *gain, *bias;
    float epsilon;
    int relu6;
    float *mean, *variance, *scale, *shift;     /* of the batch: y = x * scale + shift */
    double *sums;                               /* 2 for each channel, to work with */
} train_norm_t;

typedef struct {
    const char *name;
    void (*convolve)(const train_window_t *window, const train_matrices_t *weights, const float *x, float *y);
    /* `weights`: transposed. */
    void (*convolve_input)(const train_window_t *window, const train_matrices_t *weights, const float *dy,
                           float *dx);
    void (*convolve_weights)(const train_window_t *window, const float *x, const float *dy, float *dw,
                             int outputs);
    void (*depthwise)(const train_window_t *window, const float *x, const float *w, float *y);
    void (*depthwise_input)(const train_window_t *window, const float *w, const float *dy, float *dx);
    void (*depthwise_weights)(const train_window_t *window, const float *x, const float *dy, float *dw);
    void (*normalise)(const train_shape_t *shape, const train_norm_t *norm, const float *x, float *y);
    void (*normalise_input)(const train_shape_t *shape, const train_norm_t *norm, const float *x,
                            const float *dy, float *dx, float *dgain, float *dbias);
} train_layers_t;

/* Those that this core can run: the fastest (0), slower ones, then NULL. */
const train_layers_t *train_layers(int rank);
#endif
