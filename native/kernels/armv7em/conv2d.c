/* SPDX-License-Identifier: MIT */
/* Convolution on cores with the DSP extension: filter.c, four output pixels at a time. */
#include <string.h>

#include "filter.h"
#include "runs.h"

/* Where every output pixel reads the same pixel of the input. */
static void filter_pixels(tml_filter_t *f, const tml_ring_t *output, tml_span_t at)
{
    while (at.pixels != 0) {
        const int8_t *in = tml_pixel(f->m, f->input, at.y, at.x);
        int8_t *out = tml_pixel(f->m, output, at.y, at.x);
        uint32_t run = tml_piece(f->input, at.y, at.x,
                                 tml_piece(output, at.y, at.x, at.pixels));
        tml_skip(&at, run, output->width);
        do {
            const uint32_t pixels = run < 4 ? 1 : 4;
            for (uint32_t p = 0; p < pixels; p++) {
                f->in[p] = in;
                f->out[p] = out;
                in += f->inputs;
                out += f->channels;
            }
            tml_filter(f, pixels);
            run -= pixels;
        } while (run != 0);
    }
}

/* Pixel (y, x) of the input. Returns how many are one behind the other. */
static uint32_t find(const tml_filter_t *f, uint32_t y, uint32_t x, const int8_t **in)
{
    const tml_ring_t *input = f->input;
    const uint32_t slot = (y * input->pitch + x) % input->pixels;
    *in = f->begin_of_ring + slot * input->channels;
    return input->pixels - slot;
}

/* A row of windows that are side by side and inside is read at once, if the ring doesn't begin
   again there, else pixel by pixel. */
void tml_widen_windows(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count)
{
    const tml_ring_t *input = f->input;
    const uint32_t channels = input->channels, length = f->windows->k_w * channels;
    const uint32_t stride = f->windows->stride_w * channels;
    uint32_t row = k / length, at = k % length;
    const int8_t *in[4];
    for (uint32_t done = 0, n; done < count; done += n) {
        uint32_t from = at, y = (uint32_t)f->y[0] + row;
        n = length - at;
        if (f->columns != 0 && y < input->height &&
            find(f, y, (uint32_t)f->x[0], &in[0]) >= f->columns) {
            in[1] = in[0] + stride;
            in[2] = in[1] + stride;
            in[3] = in[2] + stride;
        } else {
            const uint32_t column = at / channels;
            from = at % channels;
            n = tml_least(channels - from, TML_PADDING);
            for (uint32_t p = 0; p < pixels; p++) {
                const uint32_t x = (uint32_t)f->x[p] + column;
                y = (uint32_t)f->y[p] + row;
                in[p] = f->padding - from;
                if (y < input->height && x < input->width) {
                    find(f, y, x, &in[p]);
                }
            }
        }
        n = tml_least(n, count - done);
        tml_widen(f, pixels, in, from, done, n);
        at += n;
        if (at == length) {
            at = 0;
            row++;
        }
    }
}

static void filter_windows(tml_filter_t *f, const tml_ring_t *output, tml_span_t at)
{
    const tml_conv2d_t *s = f->windows;
    while (at.pixels != 0) {
        const uint32_t pixels = at.pixels < 4 ? 1 : 4;
        const uint32_t columns = (pixels - 1) * s->stride_w + s->k_w;
        const uint32_t x = (uint32_t)(at.x * s->stride_w - s->pad_left);
        f->columns = at.x + pixels <= output->width && x < f->input->width &&
                     columns <= f->input->width - x ? columns : 0;
        for (uint32_t p = 0; p < pixels; p++, tml_next(&at, output->width)) {
            f->y[p] = at.y * s->stride_h - s->pad_top;
            f->x[p] = at.x * s->stride_w - s->pad_left;
            f->out[p] = tml_pixel(f->m, output, at.y, at.x);
        }
        tml_filter(f, pixels);
    }
}

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    tml_filter_t f;

    f.m = m;
    f.input = &m->rings[s->input];
    TML_FILTER(&f, m, s, (uint32_t)s->k_h * s->k_w * f.input->channels, output->channels);
    f.one_factor = s->factor_pairs == 1;
    if (s->k_h == 1 && s->k_w == 1 && s->stride_h == 1 && s->stride_w == 1 && s->pad_top == 0 &&
        s->pad_left == 0 && output->height <= f.input->height && output->width == f.input->width) {
        filter_pixels(&f, output, at);
    } else {
        f.windows = s;
        f.begin_of_ring = m->arena + f.input->offset;
        memset(f.padding, s->input_zp, TML_PADDING);
        filter_windows(&f, output, at);
    }
}
