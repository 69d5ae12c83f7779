/* SPDX-License-Identifier: MIT */
/* What conv2d, conv2d_stack and conv2d_unstack share: all channels of four output pixels, or of
   one. filter.c hands out activations and weights piece by piece, gemm.S multiplies. */
#ifndef TML_FILTER_H
#define TML_FILTER_H

/* Bytes of widened activations, with which tml_filter_t begins. They end where the fields begin. */
#define TML_WIDE 576

/* Offsets of the fields behind them, for gemm.S. */
#define TML_BEGIN 0
#define TML_WEIGHTS 8
#define TML_BIAS 16
#define TML_SUMS 20
#define TML_MULT 24
#define TML_OUT 32
#define TML_LAST 48
#define TML_SUMS_END 52
#define TML_ZERO 56
#define TML_WORDS 60
#define TML_REST 64

#ifndef __ASSEMBLER__

#include "kernels.h"

enum {
    TML_WIDE_INPUTS = TML_WIDE / 2,     /* of all pixels together */
    TML_PAD_BYTES = 64,                 /* padding, where a row of a window is outside */
    TML_WINDOW_INPUTS = (TML_WIDE - TML_PAD_BYTES) / 2,     /* beside padding */
    TML_COPY_INPUTS = TML_WIDE / 3      /* beside a copy of them as bytes */
};

typedef struct {
    int32_t wide[TML_WIDE / 4];
    /* Set by gemm.S for itself. */
    const int32_t *begin;
    uint32_t entry;
    /* Moved on by gemm.S, pair by pair. */
    const int8_t *weights;
    uint32_t step;              /* bytes from pair to pair */
    const int32_t *bias;
    int32_t *sums;              /* sums so far, S0 of the pixels and S1 of them; NULL: the bias */
    const uint32_t *mult;
    const int8_t *shift;
    int8_t *out[4];
    int8_t *last;               /* where out[0] is at the last whole pair */
    const int32_t *sums_end;    /* not NULL: only sum up, up to here */
    int32_t zero;               /* 1 + 2 * output zero point */
    uint32_t words;             /* of weights per pair */
    uint32_t rest;              /* used by gemm.S */

    /* What is the same for all pixels. */
    const tml_model_t *m;
    const tml_ring_t *input;
    uint32_t weights_at, bias_at, mult_at, shift_at;        /* in the data */
    uint32_t channels;          /* of the output */
    uint32_t depth;             /* inputs, and zeros up to a multiple of 4 */
    uint32_t inputs;
    uint16_t chunk;             /* how many are widened at a time, of all pixels together */
    uint16_t k_h, k_w;          /* 0: an input pixel is read, not a window */
    uint8_t quick;
    int8_t input_zp, output_zp, act_min, act_max;

    /* Of each pixel. */
    uint32_t pixels;            /* that are ready */
    const int8_t *in[4];
    int32_t y[4], x[4];         /* of a window: where it begins */
    int8_t *to[4];
    int32_t sum[64];
} tml_filter_t;

/* From the step `s` and its model `m`. */
#define TML_FILTER(f, m_, s, inputs_, channels_)                                                 \
    ((f)->m = (m_), (f)->weights_at = (s)->weights, (f)->bias_at = (s)->bias,                    \
     (f)->mult_at = (s)->mult, (f)->shift_at = (s)->shift, (f)->step = 2 * (s)->depth,           \
     (f)->inputs = (inputs_), (f)->depth = ((inputs_) + 3) & ~3u, (f)->channels = (channels_),   \
     (f)->quick = (s)->quick, (f)->output_zp = (s)->output_zp, (f)->act_min = (s)->act_min,      \
     (f)->act_max = (s)->act_max, (f)->pixels = 0, (f)->k_w = 0, (f)->chunk = TML_WIDE_INPUTS)

/* All channels of the first 1 or 4 pixels: reads `in`, or windows at `y`, `x`, and writes `to`. */
void tml_filter(tml_filter_t *f, uint32_t pixels);

/* Pixel `pixels` is ready, too: four are filtered. */
void tml_filter_ready(tml_filter_t *f);

/* Filters those that are left over, one by one. */
void tml_filter_end(tml_filter_t *f);

/* Widens inputs k ... k + count - 1 of the windows. */
void tml_widen_windows(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count, int32_t *wide);

/* gemm.S: int8 to int16, and products with all pairs of weights. */
int32_t *tml_widen1(const int8_t *const in[1], int32_t *wide, uint32_t words);
int32_t *tml_widen4(const int8_t *const in[4], int32_t *wide, uint32_t words);
void tml_gemm1(tml_filter_t *f);
void tml_gemm4(tml_filter_t *f);

static inline int32_t *tml_widen(const int8_t *const *in, uint32_t pixels, int32_t *wide,
                                 uint32_t words)
{
    return pixels == 4 ? tml_widen4(in, wide, words) : tml_widen1(in, wide, words);
}

#endif
#endif
