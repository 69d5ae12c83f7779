/* SPDX-License-Identifier: MIT */
/* Which pixels of one map have to do with a pixel of the other, in any convolution. */
#ifndef TRAINING_TAPS_H
#define TRAINING_TAPS_H
#include "training.h"
#include "vectors.h"

typedef struct {
    ptrdiff_t pixel;            /* of the other map */
    int place;                  /* in the kernel */
} tap_t;

/* Finds the taps of a pixel, and says how many: `reads` those by which one of the output reads, `is_read`
 * those by which one of the input is read. */
typedef int find_t(const train_window_t *s, int row, int column, tap_t *taps);

INLINE int reads(const train_window_t *s, int row, int column, tap_t *taps)
{
    int count = 0;

    for (int k = 0; k < s->kernel_height; k++) {
        const int y = row * s->stride_height - s->top + k;
        for (int l = 0; l < s->kernel_width; l++) {
            const int x = column * s->stride_width - s->left + l;
            if (y >= 0 && y < s->height && x >= 0 && x < s->width) {
                taps[count++] = (tap_t){ (ptrdiff_t)y * s->width + x, k * s->kernel_width + l };
            }
        }
    }
    return count;
}

INLINE int is_read(const train_window_t *s, int row, int column, tap_t *taps)
{
    int count = 0;

    for (int k = 0; k < s->kernel_height; k++) {
        const int y = row + s->top - k;
        for (int l = 0; l < s->kernel_width; l++) {
            const int x = column + s->left - l;
            if (y >= 0 && x >= 0 && y % s->stride_height == 0 && x % s->stride_width == 0
                && y / s->stride_height < s->rows && x / s->stride_width < s->columns) {
                taps[count++] = (tap_t){ (ptrdiff_t)(y / s->stride_height) * s->columns
                                             + x / s->stride_width,
                                         k * s->kernel_width + l };
            }
        }
    }
    return count;
}
#endif
