/* SPDX-License-Identifier: MIT */
/* Convolution for cores with the DSP extension (Cortex-M4, M7, M33), from pairs of weights.
   Takes tml_filter_t and ... bytes of stack. */
#include "filter.h"

#include <string.h>

#include "quant.h"

#define AT(field) (offsetof(tml_filter_t, field) - TML_WIDE)
typedef char tml_filter_layout[
    AT(begin) == TML_BEGIN && AT(weights) == TML_WEIGHTS && AT(bias) == TML_BIAS &&
    AT(sums) == TML_SUMS && AT(mult) == TML_MULT && AT(out) == TML_OUT &&
    AT(last) == TML_LAST && AT(sums_end) == TML_SUMS_END && AT(zero) == TML_ZERO &&
    AT(words) == TML_WORDS && AT(rest) == TML_REST ? 1 : -1];

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Inputs k ... k + count - 1 of plain pixels. Those behind the last one are zeros. */
static void widen_pixels(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count,
                         int32_t *wide)
{
    const uint32_t there = least(count, f->inputs - k);
    const int8_t *in[4];
    uint32_t last[4];
    for (uint32_t p = 0; p < pixels; p++) {
        in[p] = f->in[p] + k;
    }
    if (there >= 4) {
        wide = tml_widen(in, pixels, wide, there / 4);
    }
    if (there % 4 != 0) {
        for (uint32_t p = 0; p < pixels; p++) {
            last[p] = 0;
            for (uint32_t i = there & ~3u; i < there; i++) {
                last[p] |= (uint32_t)(uint8_t)in[p][i] << 8 * (i % 4);
            }
            in[p] = (const int8_t *)&last[p];
        }
        tml_widen(in, pixels, wide, 1);
    }
}

/* All sums begin with the bias. */
static void begin_sums(tml_filter_t *f, uint32_t pixels, uint32_t first, uint32_t channels)
{
    const int32_t *bias = (const int32_t *)(const void *)(f->m->data + f->bias_at) + first;
    int32_t *sum = f->sum;
    for (const int32_t *end = bias + channels; bias < end; bias++) {
        for (uint32_t p = 0; p < pixels; p++) {
            *sum++ = *bias;
        }
    }
}

/* Where w0 + 256 * w1 is too low for a halfword, gemm.S has taken w1 = 128 for -128. */
static void correct_sums(tml_filter_t *f, uint32_t pixels, uint32_t pairs, const int16_t *weights,
                         uint32_t count)
{
    const int16_t *wide = (const int16_t *)(const void *)(f->wide + TML_WIDE / 4)
                          - pixels * count;
    for (uint32_t i = 0; i < pairs; i++, weights += f->step / 2) {
        for (uint32_t k = 0; k < count; k++) {
            if (weights[k] < 0x7f80) {
                continue;
            }
            for (uint32_t p = 0; p < pixels; p++) {
                int32_t *sum = &f->sum[(2 * i + 1) * pixels + p];
                *sum = tml_wrap_add(*sum, -256 * wide[2 * (k / 2 * pixels + p) + k % 2]);
            }
        }
    }
}

/* The bytes of finished sums, any multiplier and any limits. */
static void requantise(const tml_filter_t *f, uint32_t pixels, uint32_t first, uint32_t channels)
{
    const uint32_t *mult = (const uint32_t *)(const void *)(f->m->data + f->mult_at);
    const int8_t *shift = (const int8_t *)f->m->data + f->shift_at;
    const int32_t *sum = f->sum;
    for (uint32_t c = first; c < first + channels; c++) {
        for (uint32_t p = 0; p < pixels; p++) {
            const int32_t x = tml_requantise(*sum++, mult[c], shift[c]);
            f->to[p][c] = tml_clamp(tml_wrap_add(x, f->output_zp), f->act_min, f->act_max);
        }
    }
}

/* Products of inputs k ... k + count - 1 with some channels. */
static void multiply(tml_filter_t *f, uint32_t pixels, uint32_t first, uint32_t channels, uint32_t k)
{
    const int8_t *data = (const int8_t *)f->m->data;
    f->weights = data + f->weights_at + first / 2 * f->step + 2 * k;
    f->bias = (const int32_t *)(const void *)(data + f->bias_at) + first;
    f->mult = (const uint32_t *)(const void *)(data + f->mult_at) + first;
    f->shift = data + f->shift_at + first;
    for (uint32_t p = 0; p < pixels; p++) {
        f->out[p] = f->to[p] + first;
    }
    f->last = f->out[0] + channels - 2;
    if (pixels == 4) {
        tml_gemm4(f);
    } else {
        tml_gemm1(f);
    }
}

void tml_filter(tml_filter_t *f, uint32_t pixels)
{
    const uint32_t chunk = f->chunk / pixels;
    const int parts = !f->quick || f->depth > chunk;
    const uint32_t most = parts ? sizeof f->sum / sizeof *f->sum / pixels : f->channels;

    f->zero = 2 * f->output_zp + 1;
    for (uint32_t c = 0; c < f->channels; c += most) {
        const uint32_t channels = least(most, f->channels - c);
        const uint32_t pairs = (channels + 1) / 2;
        if (parts) {
            begin_sums(f, pixels, c, 2 * pairs);
        }
        for (uint32_t k = 0; k < f->depth; k += chunk) {
            const uint32_t count = least(chunk, f->depth - k);
            int32_t *wide = f->wide + TML_WIDE / 4 - pixels * count / 2;
            if (f->k_w != 0) {
                tml_widen_windows(f, pixels, k, count, wide);
            } else {
                widen_pixels(f, pixels, k, count, wide);
            }
            f->words = count / 2;
            f->sums = parts ? f->sum : NULL;
            f->sums_end = parts && !(f->quick && k + count == f->depth)
                              ? f->sum + 2 * pairs * pixels : NULL;
            multiply(f, pixels, c, channels, k);
            if (!f->quick) {
                correct_sums(f, pixels, pairs, (const int16_t *)(const void *)
                             (f->m->data + f->weights_at + c / 2 * f->step + 2 * k), count);
            }
        }
        if (!f->quick) {
            requantise(f, pixels, c, channels);
        }
    }
}

void tml_filter_ready(tml_filter_t *f)
{
    if (++f->pixels == 4) {
        tml_filter(f, 4);
        f->pixels = 0;
    }
}

void tml_filter_end(tml_filter_t *f)
{
    for (uint32_t p = 0; p < f->pixels; p++) {
        f->in[0] = f->in[p];
        f->y[0] = f->y[p];
        f->x[0] = f->x[p];
        f->to[0] = f->to[p];
        tml_filter(f, 1);
    }
}
