/* SPDX-License-Identifier: MIT */
/* The inputs of windows, widened: straight from the ring where pixels are whole words, else from a
   copy at the beginning of `wide`. */
#include <string.h>

#include "filter.h"
#include "runs.h"

enum { COPY_INPUTS = 4 * (TML_COPY - 4) };

/* Input k of a window. Lowers n to how many there are one behind the other. */
static const int8_t *find(const tml_filter_t *f, tml_span_t output, uint32_t k, uint32_t *n)
{
    const tml_conv2d_t *s = f->windows;
    const tml_ring_t *input = f->input;
    const uint32_t channels = input->channels;
    const uint32_t byte = k % channels, column = k / channels % s->k_w;
    const uint32_t y = (uint32_t)(output.y * s->stride_h - s->pad_top) + k / f->length;
    const uint32_t x = (uint32_t)(output.x * s->stride_w - s->pad_left) + column;
    uint32_t run = s->k_w - column;
    const int8_t *in = f->padding;
    if (y < input->height && x < input->width) {
        run = tml_least(run, tml_least(input->width - x, tml_contiguous(input, y, x)));
        in = tml_pixel(f->m, input, y, x) + byte;
    } else {
        if (y < input->height && (int32_t)x < 0) {
            run = tml_least(run, -x);
        }
        *n = tml_least(*n, TML_PADDING);
    }
    *n = tml_least(*n, run * channels - byte);
    return in;
}

/* Inputs k ... k + count - 1 of any windows of whole words. */
static void widen_words(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count, int32_t *wide)
{
    while (count != 0) {
        const int8_t *in[4];
        tml_span_t output = f->output;
        uint32_t n = count;
        for (uint32_t p = 0; p < pixels; p++, tml_next(&output, f->width)) {
            in[p] = find(f, output, k, &n);
        }
        wide = pixels == 4 ? tml_widen_each4(in, 0, wide, n / 4) : tml_widen1(in[0], wide, n / 4);
        k += n;
        count -= n;
    }
}

/* Copies inputs k ... k + count - 1 of any windows, and zeros. */
static void copy_windows(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count)
{
    int8_t *copy = (int8_t *)f->wide;
    tml_span_t output = f->output;
    for (uint32_t p = 0; p < pixels; p++, tml_next(&output, f->width), copy += TML_COPY) {
        int8_t *to = copy;
        for (uint32_t n, i = 0; i < count; i += n) {
            n = count - i;
            for (const int8_t *in = find(f, output, k + i, &n), *end = in + n; in != end; ) {
                *to++ = *in++;
            }
        }
        memset(to, 0, 3);
    }
}

/* Bytes at ... of a row of four windows side by side, some of whose columns are padding. */
static int32_t *widen_row(tml_filter_t *f, const int8_t *in, uint32_t stride, uint32_t at,
                          uint32_t bytes, int32_t *wide)
{
    const uint32_t channels = f->input->channels, width = f->input->width;
    uint32_t n = channels - at % channels;
    uint32_t first = (uint32_t)f->x + at / channels;
    do {
        const int8_t *each[4], *from = in;
        uint32_t x = first++;
        n = tml_least(n, bytes);
        for (uint32_t p = 0; p < 4; p++) {
            each[p] = x < width ? from : f->padding;
            from += stride;
            x += f->stride;
        }
        wide = tml_widen_each4(each, 0, wide, n / 4);
        in += n;
        bytes -= n;
        n = channels;
    } while (bytes != 0);
    return wide;
}

/* The same of four windows side by side, widened or copied; 0 if the ring begins again in some row,
   or ends behind it. */
static int read_side_by_side(tml_filter_t *f, uint32_t k, uint32_t count, int32_t *wide)
{
    const tml_ring_t *input = f->input;
    const uint32_t channels = input->channels;
    const uint32_t first = f->x < 0 ? 0 : (uint32_t)f->x;
    uint32_t y = (uint32_t)f->y + k / f->length, at = k % f->length;
    int8_t *to = (int8_t *)f->wide;
    do {
        const uint32_t n = tml_least(f->length - at, count);
        const int8_t *in = f->padding;
        uint32_t stride = 0;
        if (y < input->height) {
            if (tml_contiguous(input, y, first) < f->columns) {
                return 0;
            }
            in = tml_pixel(f->m, input, y, first) + at - (first - (uint32_t)f->x) * channels;
            stride = f->stride * channels;
        }
        if (f->copies) {
            tml_copy4(in, stride, to, (n + 3) / 4);
            to += n;
        } else if (f->inside || stride == 0) {
            wide = tml_widen4(in, stride, wide, n / 4);
        } else {
            wide = widen_row(f, in, stride, at, n, wide);
        }
        count -= n;
        at = 0;
        y++;
    } while (count != 0);
    if (f->copies) {
        for (uint32_t p = 0; p < 4; p++, to += TML_COPY) {
            memset(to, 0, 3);
        }
    }
    return 1;
}

void tml_widen_windows(tml_filter_t *f, uint32_t pixels, uint32_t k, uint32_t count, int32_t *wide)
{
    const uint32_t there = tml_least(count, f->inputs - k);
    const int done = f->columns != 0 && read_side_by_side(f, k, there, wide);
    if (!f->copies) {
        if (!done) {
            widen_words(f, pixels, k, there, wide);
        }
        return;
    }
    if (!done) {
        copy_windows(f, pixels, k, there);
    }
    if (pixels == 4) {
        tml_widen4((int8_t *)f->wide, TML_COPY, wide, count / 4);
    } else {
        tml_widen1((int8_t *)f->wide, wide, count / 4);
    }
}

/* Where the windows of a block are, and whether they are side by side. */
static void place(tml_filter_t *f, uint32_t pixels, tml_span_t at)
{
    const tml_conv2d_t *s = f->windows;
    const int32_t x = at.x * s->stride_w - s->pad_left;
    const int32_t first = x < 0 ? 0 : x, end = x + 3 * s->stride_w + s->k_w;
    const int32_t last = end < f->input->width ? end : f->input->width;
    f->output = at;
    f->y = at.y * s->stride_h - s->pad_top;
    f->x = x;
    f->inside = first == x && last == end;
    f->columns = pixels != 4 || at.x + 4u > f->width || first >= last ? 0
                 : !f->copies ? (uint32_t)(last - first)
                 : f->inside ? (uint32_t)(last - first) + 3 : 0;
}

void tml_filter_windows(tml_filter_t *f, const tml_conv2d_t *s, tml_span_t at)
{
    const tml_ring_t *output = &f->m->rings[s->output];
    f->copies = f->input->channels % 4 != 0;
    f->chunk = f->copies ? COPY_INPUTS : f->input->channels % 64 == 0 ? 4 * 64 : TML_WIDE_INPUTS;
    f->length = (uint32_t)s->k_w * f->input->channels;
    f->stride = s->stride_w;
    f->width = output->width;
    f->windows = s;
    memset(f->padding, s->input_zp, TML_PADDING);
    while (at.pixels != 0) {
        const uint32_t pixels = at.pixels < 4 ? 1 : 4;
        place(f, pixels, at);
        if (tml_piece(output, at.y, at.x, pixels) == pixels) {
            tml_filter_out(f, tml_pixel(f->m, output, at.y, at.x));
            tml_skip(&at, pixels, output->width);
        } else {
            for (uint32_t p = 0; p < pixels; p++, tml_next(&at, output->width)) {
                f->out[p] = tml_pixel(f->m, output, at.y, at.x);
            }
        }
        tml_filter(f, pixels);
    }
}
