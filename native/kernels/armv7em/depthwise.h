/* SPDX-License-Identifier: MIT */
/* What depthwise_conv2d and depthwise_conv2d_stack share. */
#ifndef TML_DEPTHWISE_H
#define TML_DEPTHWISE_H

#include "kernels.h"

/* A depthwise convolution. Its input's row r is row `y + r` of the ring; if it reads a stack, where
   `deep` is not 0, the r-th piece of `deep` bytes of pixels of row y. So it is with the output. */
typedef struct {
    const tml_model_t *m;
    const tml_depthwise_conv2d_t *s;
    uint32_t channels;          /* of the output */
    int32_t height;             /* rows of the input */
    uint32_t stride_h;
    uint32_t y, deep;
} tml_depthwise_t;

/* Output rows y ... y + rows - 1, of which pixels x ... x + columns - 1; the ring of the output
   MUST not wrap between them. */
void tml_depthwise(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t rows,
                   uint32_t columns);

/* The rest is for depthwise*.c and depthwise_rows.S alone; assembly knows the order of fields. */

enum {
    TML_LANES = 4,              /* channels at a time */
    TML_HEAD = 4,               /* words of a channel's block before its weights */
    TML_WORDS = 346             /* blocks, rows, and where the rows are */
};

/* Rows to widen. */
typedef struct {
    uint32_t step, advance;     /* bytes from a pixel to the next, from a pair to the next */
    uint32_t plane;             /* bytes from a channel's halfwords to those of the next */
    uint32_t count, rows;       /* pixels of a row; rows, 0 afterwards */
    uint32_t row_step, to_step; /* bytes from a row to the next, of pixels and of halfwords */
    uint32_t before, after;     /* four channels of what is beside an odd pixel */
} tml_widen_t;

/* Four channels of pixels to halfwords, each channel to a plane of its own. */
void tml_depthwise_widen(tml_widen_t *w, int16_t *to, const int8_t *from);

/* Rows of output to compute, from windows that lie widened. */
typedef struct {
    int32_t *const *rows;       /* of the input, from the first window's first one on */
    int8_t *out;
    uint32_t rows_step;         /* bytes in `rows` from one output row to the next */
    uint32_t out_step;          /* the same in the output */
    int32_t *const *rows_end;   /* where `rows` is after the last output row */
    int32_t last;               /* bytes from an output row's first pixel to its last but three */
    uint32_t offset;            /* of the first channel's plane */
    uint32_t plane;             /* bytes */
    uint32_t channels;
    const int32_t *block;       /* of the first channel: the word after the bias, see prepare */
    uint32_t block_bytes;
    uint32_t odd;               /* pixels of a row that four do not divide */
    uint32_t k_h;
    uint32_t pairs;             /* of weights, of a row */
    uint32_t kind;              /* 0: 3x3, 1: 3x3 of stride 2, 2: other windows, 3: of stride 2 */
    uint32_t quick;
    const tml_depthwise_conv2d_t *s;
    uint32_t out_pixel;         /* bytes from one output pixel to the next */
} tml_depthwise_rows_t;

void tml_depthwise_rows(const tml_depthwise_rows_t *r);

/* Requantises four sums of a channel the long way. */
void tml_depthwise_long(int32_t *acc, const int32_t *block, const tml_depthwise_conv2d_t *s);

/* One of the two directions of the planes. */
typedef struct {
    int32_t size;                       /* of the input */
    uint16_t k, stride, weight_step;
    int16_t pad;
    uint32_t in_step, out_step;         /* bytes from one entry to the next */
} tml_axis_t;

/* Four channels of some columns of the output. Rows go along x, or along y where that fits fours
   better and no ring wraps (`swapped`). */
typedef struct {
    const tml_depthwise_t *d;
    tml_axis_t along, across;
    const tml_ring_t *input, *output;
    int32_t *slots, **table;            /* the rows; where they are, twice: any may be the first */
    uint32_t swapped;
    int32_t left, first, end;           /* input column of a row's entry 0; entries inside */
    uint32_t most_rows;                 /* kept; of `widen.plane` words each */
    uint32_t padding;                   /* two halfwords */
    tml_widen_t widen;                  /* of the input */
    tml_depthwise_rows_t job;
    int32_t words[TML_WORDS];           /* what is behind is read for sums that nobody stores */
} tml_strip_t;

/* As many words as said, and up to three more: fours are written. */
void tml_depthwise_fill(int32_t *to, uint32_t words, uint32_t value);

/* All channels of the strip, of some rows. */
void tml_depthwise_strip(tml_strip_t *t, uint32_t y, uint32_t x, uint32_t rows);

/* Entry `column` of row `row` of a ring, as the strip goes. */
int8_t *tml_depthwise_entry(const tml_strip_t *t, const tml_ring_t *ring, uint32_t row,
                            uint32_t column);

/* Pixel (row, x) of a ring, rows being those of the convolution. */
int8_t *tml_depthwise_at(const tml_depthwise_t *d, const tml_ring_t *ring, uint32_t row,
                         uint32_t x);

/* Windows of 3x3, row by row. Returns 0 where a strip does it sooner, or it can't; some pixels may
   have been written. */
int tml_depthwise_row(const tml_depthwise_t *d, uint32_t y, uint32_t x, uint32_t rows,
                      uint32_t columns);

/* A pixel of the output, any window and multiplier. */
void tml_depthwise_pixel(const tml_depthwise_t *d, uint32_t y, uint32_t x);

#endif
