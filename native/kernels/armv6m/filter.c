/* SPDX-License-Identifier: MIT */
/* Convolution of 4 pixels, or of 1, in chunks that fit in 1.8 KB of stack. */
#include "dots.h"
#include "filter.h"
#include "quant.h"

#define TML_INLINE inline __attribute__((always_inline))        /* for the stack's sake */

/* Products that a word has room for, of two channels: 511, but sums are separated after chunks. */
#define TML_EXACT 504

/* Values in the order of the weights, or, where they can't be had in fours, in their own. */
static TML_INLINE void widen(const tml_filter_t *f, int32_t *to, const int8_t *from,
                             uint32_t count)
{
    if (f->channels % 4 != 0) {
        tml_widen(to, from, count, 4 * f->pixels);
    } else if (f->pixels == 4) {
        tml_widen_4(to, from, count);
    } else {
        tml_widen_1(to, from, count);
    }
}

/* Fills up values with zeros to a multiple of four, and brings them into the weights' order. */
static void arrange(tml_filter_t *f, uint32_t count)
{
    for (; count % 4 != 0; count++) {
        for (uint32_t i = 0; i < f->pixels; i++) {
            f->room[count * f->pixels + i] = 0;
        }
    }
    for (int32_t *two = f->room + 2 * f->pixels; two < f->room + count * f->pixels;
         two += 3 * f->pixels) {
        for (uint32_t i = 0; i < f->pixels; i++, two++) {
            const int32_t one = two[-(int32_t)f->pixels];
            two[-(int32_t)f->pixels] = *two;
            *two = one;
        }
    }
}

/* Where a ring keeps what would be at a slot if it did not begin again. */
static uint32_t wrapped(const tml_ring_t *ring, uint32_t slot)
{
    if (slot >= ring->pixels) {
        slot -= ring->pixels;
        if (slot >= ring->pixels) {
            slot %= ring->pixels;
        }
    }
    return slot;
}

void tml_filter_place(tml_filter_t *f, uint32_t pixel, int32_t y, int32_t x)
{
    const uint32_t row = (uint32_t)y * f->input->pitch;
    f->places[pixel] = (tml_place_t){(uint32_t)y, (uint32_t)x,
                                     (y < 0 ? row : wrapped(f->input, row)) + (uint32_t)x, NULL};
}

/* The next row of the windows. */
static void next_row(tml_filter_t *f)
{
    const tml_ring_t *input = f->input;
    const uint32_t offset = ++f->row * input->pitch;

    f->left = f->k_w * f->channels;
    for (tml_place_t *p = f->places; p < f->places + f->pixels; p++) {
        p->from = NULL;
        if (p->y + f->row < input->height && (int32_t)p->x >= 0 &&
            p->x + f->k_w <= input->width) {
            const uint32_t slot = wrapped(input, p->slot + offset);
            if (slot + f->k_w <= input->pixels) {
                p->from = f->first + slot * input->channels;
            }
        }
    }
}

/* `count` values of a window's row that may be outside the input, or in two pieces. */
static TML_INLINE void gather_slowly(const tml_filter_t *f, const tml_place_t *place,
                                     int32_t *to, uint32_t count)
{
    const tml_ring_t *input = f->input;
    uint32_t channel = f->k_w * f->channels - f->left;
    uint32_t x = place->x;
    uint32_t slot = place->slot + f->row * input->pitch;

    for (; channel >= f->channels; channel -= f->channels) {
        x++;
        slot++;
    }
    while (count != 0) {
        const int8_t *from = NULL;
        uint32_t entries = count;
        if (place->y + f->row < input->height) {
            if (x < input->width) {
                const uint32_t start = wrapped(input, slot);
                entries = tml_smaller(input->width - x, input->pixels - start);
                from = f->first + start * input->channels + channel;
            } else if ((int32_t)x < 0) {
                entries = 0 - x;
            }
        }
        const uint32_t run = entries < count ? tml_smaller(entries * f->channels - channel, count)
                                             : count;
        if (from != NULL) {
            widen(f, to, from, run);
            to += run * f->pixels;
        } else {
            for (uint32_t i = run; i != 0; i--, to += f->pixels) {
                *to = f->fill;
            }
        }
        count -= run;
        channel = 0;
        x += entries;
        slot += entries;
    }
}

/* The next `count` values of all windows. */
static __attribute__((noinline)) void gather(tml_filter_t *f, uint32_t count)
{
    for (int32_t *to = f->room; count != 0;) {
        if (f->left == 0) {
            next_row(f);
        }
        const uint32_t run = tml_smaller(f->left, count);
        for (uint32_t i = 0; i < f->pixels; i++) {
            tml_place_t *p = &f->places[i];
            if (p->from != NULL) {
                widen(f, to + i, p->from, run);
                p->from += run;
            } else {
                gather_slowly(f, p, to + i, run);
            }
        }
        to += run * f->pixels;
        count -= run;
        f->left -= run;
    }
}

/* Weights of -128 may have made a halfword wrap, w0 + 256 * w1 + 2^16, where the host has not
   proven that none does. Undoes that in the second sums. */
static __attribute__((noinline)) void unwrap(const tml_filter_t *f, const int8_t *weights,
                                             uint32_t bytes, int32_t *sums, const int32_t *end)
{
    for (sums += f->pixels; sums < end; sums += 2 * f->pixels, weights += 2 * f->depth) {
        const int16_t *half = (const void *)weights;
        for (uint32_t k = 0; k < bytes / 2; k++) {
            for (uint32_t i = 0; half[k] > 127 * 257 && i < f->pixels; i++) {
                const int32_t value = f->room[k * f->pixels + i];
                sums[i] = tml_wrap_add(sums[i], value * -65536);
            }
        }
    }
}

/* Whether sums of pairs may get too large for a word: the host has not proven that they don't. */
static int is_deep(const tml_filter_t *f)
{
    return f->products > TML_EXACT && f->rescale.quick == 0;
}

/* After TML_EXACT products: second sums, now rid of the first, are put aside and begin again, that
   is, as the first ones are. After the last products they are put together. */
static __attribute__((noinline)) void put_aside(const tml_filter_t *f, int32_t *sums,
                                                const int32_t *end, uint32_t left)
{
    int32_t *aside = sums + f->group * f->pixels;

    for (; sums < end; sums += 2 * f->pixels) {
        for (uint32_t i = 0; i < f->pixels; i++, aside++) {
            *aside = tml_wrap_add(*aside, sums[f->pixels + i]);
            sums[f->pixels + i] = left == 0 ? *aside : sums[i];
        }
    }
}

/* The sums of output channels from `filter` on, until there are all of the group. */
static inline void sum_up(tml_filter_t *f, uint32_t filter, int32_t *sums, const int32_t *end)
{
    const int8_t *weights = f->weights + filter * f->depth;
    uint32_t left = f->products;
    uint32_t since = 0;         /* products since sums were put aside */

    f->row = UINT16_MAX;
    f->left = 0;
    tml_clear(sums, is_deep(f) ? f->room + TML_ROOM / 4 * 4 : end);
    while (left != 0) {
        const uint32_t count = tml_smaller(f->chunk, left);
        const uint32_t bytes = 2 * ((count + 3) & ~3u);
        gather(f, count);
        if (f->channels % 4 != 0) {
            arrange(f, count);
        }
        if (f->rescale.quick == 0) {
            unwrap(f, weights, bytes, sums, end);
        }
        left -= count;
        since += count;
        const uint32_t separate = left == 0 || (is_deep(f) && since + f->chunk > TML_EXACT);
        if (f->pixels == 4) {
            tml_dots_4(f->room, weights, bytes, 2 * f->depth - bytes, sums, end, separate);
        } else {
            tml_dots_1(f->room, weights, bytes, 2 * f->depth - bytes, sums, end, separate);
        }
        weights += bytes;
        if (is_deep(f) && separate) {
            put_aside(f, sums, end, left);
            since = 0;
        }
    }
}

void tml_filter_divide(tml_filter_t *f, uint32_t pixels)
{
    const uint32_t size = TML_ROOM / pixels;
    const uint32_t products = (f->products + 3) & ~3u;
    const uint32_t filters = (f->filters + 1) & ~1u;
    const uint32_t sums = is_deep(f) ? 2 : 1;
    uint32_t chunk = tml_smaller(products, size / 2 & ~3u);
    uint32_t groups = 1;

    while (groups * ((size - chunk) / sums) < filters) {
        groups++;
    }
    f->pixels = (uint8_t)pixels;
    f->rescale.pixels = pixels;
    f->group = (uint16_t)((filters / groups + 1) & ~1u);
    f->chunk = (uint16_t)tml_smaller(products, (size - sums * f->group) & ~3u);
}

void tml_filter(tml_filter_t *f, int8_t *out)
{
    int32_t *sums = f->room + f->chunk * f->pixels;

    for (uint32_t filter = 0; filter < f->filters; filter = f->rescale.end) {
        f->rescale.channel = filter;
        f->rescale.end = tml_smaller(filter + f->group, f->filters);
        sum_up(f, filter, sums, sums + (f->rescale.end - filter + 1) / 2 * 2 * f->pixels);
        tml_rescale(sums, out, &f->rescale);
    }
}
