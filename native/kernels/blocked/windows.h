/* SPDX-License-Identifier: MIT */
/* What the convolutions of this set share. */
#ifndef TML_WINDOWS_H
#define TML_WINDOWS_H

#include "kernels.h"

enum { TML_BLOCK = 4 };         /* output pixels computed together */

/* How sums become the bytes of an output, per channel. */
typedef struct {
    const int32_t *bias;
    const uint32_t *mult;
    const int8_t *shift;
    uint32_t factors;               /* mask of the last two's indices: 1 if there are only two */
    uint8_t quick;
    int8_t output_zp;
} tml_outputs_t;

#define TML_OUTPUTS(m, s, factors)                                                          \
    {(const void *)((m)->data + (s)->bias), (const void *)((m)->data + (s)->mult),          \
     (const void *)((m)->data + (s)->shift), (factors), (s)->quick, (s)->output_zp}

/* Where the window of an output pixel begins, in rows, columns and channels, and where the pixel
   goes. */
typedef struct {
    int32_t y, x;
    uint32_t channel;
    int8_t *out;
} tml_spot_t;

/* Pixels that each sum over a window of all its channels. */
typedef struct {
    const tml_model_t *m;
    const tml_ring_t *input;
    const int8_t *weights;          /* in pairs, docs/KERNELS.md */
    uint32_t depth;
    uint16_t k_h, k_w, channels;    /* of a window */
    uint16_t filters;               /* output channels */
    int32_t input_zp;
    tml_outputs_t outputs;
} tml_filter_t;

/* Pixels whose channels each sum over a window of one channel. */
typedef struct {
    const tml_model_t *m;
    const tml_ring_t *input;
    const int8_t *weights;          /* in groups of four, docs/KERNELS.md */
    uint32_t k_h, k_w, stride_h, stride_w;
    uint32_t down, across;          /* the next row of a window is so many rows and channels on */
    uint32_t filters, multiplier;
    uint32_t right, below;          /* bytes to the next output pixel, to that of the next row */
    int32_t input_zp;
    tml_outputs_t outputs;
} tml_depthwise_t;

/* Computes 1..TML_BLOCK pixels; `spots` MUST have room for TML_BLOCK. */
void tml_filter(const tml_filter_t *f, tml_spot_t *spots, uint32_t pixels);

/* Computes a pixel whose window is one pixel, inside the input and of a multiple of 4 channels, where
   the step has the sums of each channel's weights (docs/KERNELS.md). */
void tml_filter_point(const tml_filter_t *f, const tml_spot_t *spot, const int16_t *weight_sums);

/* Computes rows of so many pixels. The window of the first one begins at (y, x), and so many
   channels on. */
void tml_depthwise(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t channel, int8_t *out,
                   uint32_t rows, uint32_t pixels);

/* Computes one pixel, the same way. */
void tml_depthwise_pixel(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t channel,
                         int8_t *out);

/* Output channels `first` and on of 1 or TML_BLOCK pixels: sums[i] becomes out[i][0], the sums of
   the next channel are at sums + pixels. All of out[0 .. TML_BLOCK - 1] MUST be set. */
void tml_requantise_pixels(const tml_outputs_t *s, uint32_t first, uint32_t channels,
                           const int32_t *sums, int8_t *const *out, uint32_t pixels);

static inline uint32_t tml_least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

#endif
