/* SPDX-License-Identifier: MIT */
/* Convolution of four output pixels, whether in one row or not, or of one. Their windows are widened
   to words, a chunk at a time, and multiplied with the weights of a group of output channels. */
#include "gather.h"
#include "rescale.h"
#include "weights.h"

enum { MANY = 32 };             /* output channels that are worth a list of inputs */

/* Sums of all products with some weights. */
static void sum_all(tml_windows_t *w, const tml_conv2d_t *s, const int8_t *weights, int32_t *sums,
                    const int32_t *end)
{
    const uint32_t how = w->pixels == 1 ? TML_ONE : s->quick == 0 ? TML_EXACT : 0;
    const uint32_t room = (uint32_t)(sums - w->room);
    const uint32_t chunk = w->pixels == 1 ? room : room / TML_PIXELS;
    uint32_t left = (uint32_t)s->k_h * s->k_w * w->input->channels;

    w->row = UINT32_MAX;
    w->left = 0;
    tml_clear(sums, end);
    while (left != 0) {
        const uint32_t count = tml_smaller(chunk, left);
        const uint32_t bytes = 2 * ((count + 3) & ~3u);
        tml_gather(w, count);
        left -= count;
        tml_dots(w->room, weights, bytes, 2 * s->depth - bytes, sums, end, how | (left == 0));
        weights += bytes;
    }
}

/* The input pixel, where it is a window and a quarter of it is -128; or NULL. */
static const int8_t *worth_listing(const tml_windows_t *w, const tml_conv2d_t *s, uint32_t filters)
{
    const tml_ring_t *input = w->input;
    const uint32_t y = w->places[0].y, x = w->places[0].x, inputs = input->channels;

    if (s->skips == 0 || filters < MANY || w->pixels != 1 || s->k_h != 1 || s->k_w != 1 ||
        inputs % 4 != 0 || y >= input->height || x >= input->width) {
        return NULL;
    }
    const int8_t *in = tml_pixel(w->m, input, y, x);
    return tml_has_lowest(in, inputs, inputs / 4) ? in : NULL;
}

/* The same sums as of sum_all, without inputs of -128. */
static __attribute__((noinline)) void sum_listed(tml_windows_t *w, const tml_conv2d_t *s,
                                                 const int8_t *in, const int8_t *weights,
                                                 const int16_t *weight_sums, int32_t *sums,
                                                 const int32_t *end)
{
    const uint32_t chunk = (uint32_t)(sums - w->room) / 2 & ~3u;
    uint32_t left = w->input->channels;

    for (int32_t *sum = sums; sum < end; sum += 2, weight_sums += 2) {
        sum[0] = weight_sums[0] * -128;
        sum[1] = sum[0] + weight_sums[1] * -32768;
    }
    while (left != 0) {
        const uint32_t count = tml_smaller(chunk, left);
        if (w->listed == 0 || count != w->input->channels) {
            w->listed = tml_list(w->room, in, count);
        }
        left -= count;
        tml_dots(w->room, weights, w->listed, 2 * s->depth, sums, end,
                 TML_ONE | TML_LISTED | (left == 0));
        in += count;
        weights += 2 * count;
    }
}

/* All output channels of the pixels. */
static void convolve(tml_windows_t *w, const tml_conv2d_t *s, tml_rescale_t *rescale, int8_t *out)
{
    const uint32_t filters = w->m->rings[s->output].channels;
    const uint32_t size = w->pixels == TML_PIXELS ? TML_ROOM / TML_PIXELS : TML_ROOM;
    const uint32_t group = tml_smaller((filters + 1) & ~1u, size / 3 & ~3u);
    const uint32_t chunk = (size - group) & ~3u;
    int32_t *sums = w->room + chunk * w->pixels;
    const int8_t *weights = (const int8_t *)w->m->data + s->weights;
    const int8_t *in = worth_listing(w, s, filters);

    w->listed = 0;
    for (rescale->channel = 0; rescale->channel < filters;) {
        const uint32_t channel = rescale->channel;
        rescale->end = tml_smaller(channel + group, filters);
        const uint32_t pairs = (rescale->end - channel + 1) / 2;
        const int32_t *end = sums + 2 * pairs * w->pixels;
        if (in != NULL) {
            sum_listed(w, s, in, weights, tml_weight_sums(w->m, s, filters) + channel, sums, end);
        } else {
            sum_all(w, s, weights, sums, end);
        }
        weights += 2 * pairs * s->depth;
        tml_rescale(sums, out, rescale);
    }
}

void tml_conv2d(const tml_model_t *m, const void *step, tml_span_t at)
{
    const tml_conv2d_t *s = step;
    const tml_ring_t *output = &m->rings[s->output];
    tml_rescale_t rescale;
    tml_windows_t w;

    w.m = m;
    w.input = &m->rings[s->input];
    w.k_w = s->k_w;
    w.fill = s->input_zp;
    TML_RESCALE_OPEN(&rescale, m, s, output);
    rescale.factors = s->factor_pairs == 1 ? 1 : UINT32_MAX;
    while (at.pixels != 0) {
        int8_t *out = tml_pixel(m, output, at.y, at.x);
        const uint32_t run = output->pitch != output->width ? output->width - (uint32_t)at.x
                                                            : tml_contiguous(output, at.y, at.x);
        const int one = at.pixels < TML_PIXELS || run < TML_PIXELS;
        for (tml_place_t *p = w.places; p < w.places + TML_PIXELS; p++) {
            p->y = (uint32_t)(at.y * s->stride_h - s->pad_top);
            p->x = (uint32_t)(at.x * s->stride_w - s->pad_left);
            if (!one) {
                tml_next(&at, output->width);
            }
        }
        if (one) {
            tml_next(&at, output->width);
        }
        /* TML_ONE is not exact: four times the same. */
        w.pixels = one && s->quick != 0 ? 1 : TML_PIXELS;
        w.step = 4 * w.pixels + (w.input->channels % 4 != 0);
        rescale.pixels = w.pixels;
        rescale.stride = one ? 0 : output->channels;
        convolve(&w, s, &rescale, out);
    }
}
