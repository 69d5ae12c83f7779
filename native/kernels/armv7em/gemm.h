/* SPDX-License-Identifier: MIT */
/* What conv2d, conv2d_stack and conv2d_unstack share: all channels of four output pixels, or of
   one. filter.c hands out activations and weights piece by piece, gemm.S multiplies. */
#ifndef TML_GEMM_H
#define TML_GEMM_H

/* Bytes of room before a tml_filter_t. Widened activations end where it does, where the fields
   begin; if they don't fit at once, sums lie at its beginning. */
#define TML_ROOM 1408

/* What no word of activations is; a Cortex-M7 compares with a byte sooner. */
#define TML_END 128

/* Offsets of fields, for gemm.S. */
#define TML_AT_WEIGHTS 0
#define TML_AT_STEP 8
#define TML_AT_BEGIN 12
#define TML_AT_MULT 20
#define TML_AT_BIAS 28
#define TML_AT_OUT 36
#define TML_AT_LAST 52
#define TML_AT_SUMS_OUT 56
#define TML_AT_SUMS_END 60
#define TML_AT_ZERO 64
#define TML_AT_WORDS 68
#define TML_AT_DONE 72
#define TML_AT_QUANTISE 76
#define TML_AT_ONE_FACTOR 80

#ifndef __ASSEMBLER__

#include "kernels.h"

enum {
    TML_SUM_WORDS = 64,
    TML_PADDING = 32            /* bytes to be read instead of a window's */
};

/* What a pair of channels has. */
typedef struct {
    const uint32_t *mult;
    const int8_t *shift;
    const int32_t *bias;
} tml_pair_t;

typedef struct {
    /* For gemm.S, which moves on from pair to pair. */
    const int8_t *weights;      /* of the pair */
    uint32_t end;               /* TML_END, where the activations end */
    uint32_t step;              /* bytes of weights from pair to pair */
    uint32_t begin[2];
    tml_pair_t pair;
    const int32_t *sums_in;     /* NULL: sums begin with the bias */
    int8_t *out[4];
    const int8_t *last;         /* where out[0] is at the last whole pair */
    int32_t *sums_out;          /* NULL: sums are finished, and requantised to `out` */
    const int32_t *sums_end;
    int32_t zero;               /* 1 + 2 * output zero point */
    uint32_t words;             /* of weights per pair */
    uint32_t done[2];
    uint32_t one_factor;        /* all channels have the same multiplier and shift */

    /* What is the same for all pixels. */
    uint32_t quick, inputs;
    uint32_t channels;          /* of the output */
    const tml_model_t *m;
    const tml_ring_t *input;

    /* conv2d.c: of windows. */
    const tml_conv2d_t *windows;        /* NULL: an input pixel is read, not a window */
    uint32_t columns;           /* of all windows, if they are side by side and inside, or 0 */
    int32_t y, x;               /* where the first one begins */

    const int8_t *in[4];        /* of each pixel */
    const int8_t *all_weights;
    tml_pair_t first;
    uint8_t pixels;             /* that wait to be four */
    tml_span_t at;              /* the output's first pixel */
    uint16_t width;             /* of the output */
    uint32_t padding[TML_PADDING / 4];
} tml_filter_t;

typedef struct {
    int32_t room[TML_ROOM / 4];
    tml_filter_t f;
} tml_filter_room_t;

/* From the step `s` of the model `m`. */
#define TML_FILTER(f, m, s, inputs_, channels_)                                                  \
    ((f)->all_weights = (const int8_t *)(m)->data + (s)->weights,                               \
     (f)->first.mult = (const void *)((m)->data + (s)->mult),                                    \
     (f)->first.shift = (const int8_t *)(m)->data + (s)->shift,                                  \
     (f)->first.bias = (const void *)((m)->data + (s)->bias),                                    \
     (f)->step = 2 * (s)->depth, (f)->inputs = (inputs_), (f)->channels = (channels_),           \
     (f)->quick = (s)->quick, (f)->zero = 2 * (s)->output_zp + 1, tml_filter_begin(f))

/* The fields that follow from others, for pixels, not windows. */
void tml_filter_begin(tml_filter_t *f);

/* All channels of 1 or 4 pixels: reads `in`, or windows, and writes `out`. */
void tml_filter(tml_filter_t *f, uint32_t pixels);

/* conv2d.c: widens inputs k ... k + count - 1 of windows. */
void tml_widen_windows(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count);

/* gemm.S: int8 to int16, and products with all pairs of weights. */
void tml_widen1(const int8_t *in, int32_t *wide, uint32_t words);
void tml_widen4(const int8_t *const in[4], uint32_t from, int8_t *wide, uint32_t bytes);
void tml_gemm1(tml_filter_t *f);
void tml_gemm4(tml_filter_t *f);

/* Widens bytes of one pixel, which are inputs k ... ; `wide` is as for tml_widen4. */
void tml_widen_bytes(const int8_t *in, int16_t *wide, uint32_t k, uint32_t bytes);

/* Widens bytes f->in[p][from ...], which are inputs k ... of the chunk. */
static inline void tml_widen(tml_filter_t *f, uint32_t pixels, uint32_t from, uint32_t k,
                             uint32_t bytes)
{
    int8_t *wide = (int8_t *)f - (4 * f->words - (k & ~3u) * 2) * pixels;
    if (pixels == 4) {
        tml_widen4(f->in, from, wide + k % 4, bytes);
    } else {
        tml_widen_bytes(f->in[0] + from, (int16_t *)(void *)wide, k, bytes);
    }
}

static inline uint32_t tml_least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Filters one pixel more, or lets it wait until there are four. */
static inline void tml_filter_add(tml_filter_t *f, const int8_t *in, int8_t *out)
{
    f->in[f->pixels] = in;
    f->out[f->pixels] = out;
    if (++f->pixels == 4) {
        f->pixels = 0;
        tml_filter(f, 4);
    }
}

/* Filters those that wait, one by one. */
static inline void tml_filter_end(tml_filter_t *f)
{
    for (uint32_t p = 0; p < f->pixels; p++) {
        f->in[0] = f->in[p];
        f->out[0] = f->out[p];
        tml_filter(f, 1);
    }
}

#endif
#endif
