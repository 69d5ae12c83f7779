/* SPDX-License-Identifier: MIT */
/* What depthwise_conv2d and depthwise_conv2d_stack share. */
#ifndef TML_DEPTHWISE_H
#define TML_DEPTHWISE_H

#include "kernels.h"

/* A depthwise convolution. Row r of the input is row `in_y + r * down` of its ring, `deep * r` bytes
   into the pixels: rows of a stack lie in pixels (`down` 0), others in rows (`deep` 0). So it is
   with the output. */
typedef struct {
    const tml_model_t *m;
    const tml_ring_t *input, *output;
    const int8_t *weights;              /* quads */
    const int32_t *bias;
    const uint32_t *mult;
    const int8_t *shift;
    uint32_t channels;                  /* of the output */
    uint32_t multiplier;
    int32_t height;                     /* rows of the input */
    int32_t pad_top, pad_left;
    uint32_t k_h, k_w, stride_h, stride_w;
    uint32_t in_y, out_y, down, deep;
    int8_t input_zp, output_zp, act_min, act_max;
    uint8_t quick;
} tml_depthwise_t;

/* Output rows y ... y + rows - 1, of which pixels x ... x + columns - 1. */
void tml_depthwise(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t rows,
                   uint32_t columns);

/* Fills what is the same in both steps. */
#define TML_DEPTHWISE(m_, s) \
    .m = (m_), .input = &(m_)->rings[(s)->input], .output = &(m_)->rings[(s)->output], \
    .weights = (const int8_t *)(m_)->data + (s)->weights, \
    .bias = (const void *)((m_)->data + (s)->bias), \
    .mult = (const void *)((m_)->data + (s)->mult), \
    .shift = (const int8_t *)(m_)->data + (s)->shift, .k_w = (s)->k_w, \
    .pad_left = (s)->pad_left, .stride_w = (s)->stride_w, .input_zp = (s)->input_zp, \
    .output_zp = (s)->output_zp, .act_min = (s)->act_min, .act_max = (s)->act_max, \
    .quick = (s)->quick

/* The rest is for depthwise.c and depthwise_rows.S alone. */

/* How pixels are widened: 0 .. 12 are read by assembly. */
typedef struct {
    uint32_t step;              /* 0: bytes from a pixel to the next */
    uint32_t advance;           /* 4: from a pair of pixels to the next pair */
    uint32_t plane;             /* 8: bytes from a channel's halfwords to the next channel's */
    int32_t before, after;      /* 12, 16: four channels of what is beside an odd pixel */
} tml_widen_t;

/* Four channels of `count` pixels to halfwords, each channel to a plane of its own. */
void tml_depthwise_widen(const tml_widen_t *w, int16_t *to, const int8_t *from, uint32_t count);

/* Rows of output to compute, from windows that lie widened; the order is that of the stack frame
   in depthwise_rows.S. */
typedef struct {
    int32_t *const *rows;       /* of the input, from the first window's first one on */
    int8_t *out;
    uint32_t rows_step;         /* bytes in `rows` from one output row to the next */
    uint32_t out_step;          /* the same in the output */
    int32_t *const *rows_end;   /* where `rows` is after the last output row */
    int32_t last;               /* bytes from an output row's first pixel to its last but three */
    uint32_t offset;            /* of the first channel's plane */
    uint32_t plane;
    uint32_t channels;
    const int32_t *block;       /* of the first channel: numbers and weights */
    uint32_t block_bytes;
    uint32_t odd;               /* pixels of a row that four do not divide */
    uint32_t k_h;
    uint32_t pairs;             /* of weights, of a row */
    uint32_t kind;              /* 0: 3x3, 1: 3x3 of stride 2, 2: other windows, 3: of stride 2 */
    uint32_t quick;
    const tml_depthwise_t *d;
    uint32_t out_pixel;         /* bytes from one output pixel to the next */
} tml_depthwise_rows_t;

void tml_depthwise_rows(const tml_depthwise_rows_t *r);

/* Requantises four sums of a channel the long way. */
void tml_depthwise_long(int32_t *acc, const int32_t *block, const tml_depthwise_t *d);

#endif
