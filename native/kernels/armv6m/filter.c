/* SPDX-License-Identifier: MIT */
/* Convolution of 4 pixels, or of 1, in chunks that fit in 1 KB of stack. */
#include "filter.h"
#include "quant.h"

#define TML_ROOM 256            /* words for values and sums */
#define TML_EXACT 511           /* products that a word has room for, of a pair of channels */

/* The product of a halfword of weights. */
#define TML_PRODUCT(i) (((i) & ~3u) | ((i) & 1) << 1 | ((i) >> 1 & 1))

/* Sums for pairs of output channels; dots.S knows the order. */
typedef struct {
    const int32_t *values;      /* products x pixels */
    const int8_t *weights;      /* of the first pair */
    uint32_t bytes;             /* of them that count, not 0 */
    uint32_t skip;              /* from their end to the next pair */
    int32_t *sums;              /* channels x pixels: added to */
    int32_t *end;               /* of the sums */
    uint32_t separate;          /* 1: the second sum of a pair is to be rid of the first */
} tml_dots_t;

void tml_dots_4(const tml_dots_t *d);
void tml_dots_1(const tml_dots_t *d);
void tml_widen_4(int32_t *to, const int8_t *from, uint32_t count);
void tml_widen_1(int32_t *to, const int8_t *from, uint32_t count);
void tml_clear(int32_t *from, const int32_t *end);

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static void fill(int32_t *to, int32_t value, uint32_t count, uint32_t pixels)
{
    for (; count != 0; count--, to += pixels) {
        *to = value;
    }
}

static void widen(int32_t *to, const int8_t *from, uint32_t count, uint32_t pixels)
{
    if (pixels == 4) {
        tml_widen_4(to, from, count);
    } else {
        tml_widen_1(to, from, count);
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

/* Part of a window's row that may be outside the input, or in two pieces: entry by entry. */
static void gather_slowly(const tml_filter_t *f, tml_place_t at, uint32_t channel,
                          uint32_t count, int32_t *to, uint32_t pixels)
{
    for (; count != 0; channel = 0, at.x++, at.slot++) {
        const uint32_t run = smaller(f->channels - channel, count);
        if (at.y < f->input->height && at.x < f->input->width) {
            const uint32_t slot = wrapped(f->input, at.slot);
            widen(to, f->pixels + slot * f->input->channels + channel, run, pixels);
        } else {
            fill(to, f->fill, run, pixels);
        }
        to += run * pixels;
        count -= run;
    }
}

/* The next `count` values of windows, from their entry (y, x), `channel`, on, which is moved. */
static void gather(const tml_filter_t *f, const tml_place_t *places, tml_entry_t *entry,
                   uint32_t count, int32_t *to, uint32_t pixels)
{
    while (count != 0) {
        const uint32_t left = (f->k_w - entry->x) * f->channels - entry->channel;
        const uint32_t run = smaller(left, count);
        const uint32_t offset = entry->y * f->input->pitch + entry->x;
        for (uint32_t i = 0; i < pixels; i++) {
            tml_place_t at = places[i];
            at.y += entry->y;
            at.slot += offset;
            if (at.inside && at.y < f->input->height) {
                const uint32_t slot = wrapped(f->input, at.slot);
                if (slot + f->k_w - entry->x <= f->input->pixels) {
                    widen(to + i, f->pixels + slot * f->input->channels + entry->channel, run,
                          pixels);
                    continue;
                }
            }
            at.x += entry->x;
            gather_slowly(f, at, entry->channel, run, to + i, pixels);
        }
        to += run * pixels;
        count -= run;
        entry->channel += run;
        if (run == left) {
            *entry = (tml_entry_t){entry->y + 1, 0, 0};
        }
        while (entry->channel >= f->channels) {
            entry->channel -= f->channels;
            entry->x++;
        }
    }
}

/* Weights of -128 may have made a halfword wrap, w0 + 256 * w1 + 2^16, where the host has not
   proven that none does. Undoes that in the second sums. */
static void unwrap(const tml_dots_t *d, uint32_t pixels)
{
    const int16_t *half = (const void *)d->weights;
    const uint32_t products = d->bytes / 2;

    for (int32_t *sums = d->sums + pixels; sums < d->end; sums += 2 * pixels) {
        for (uint32_t k = 0; k < products; k++) {
            if (*half++ > 127 * 257) {
                const int32_t *value = d->values + TML_PRODUCT(k) * pixels;
                for (uint32_t i = 0; i < pixels; i++) {
                    sums[i] = tml_wrap_add(sums[i], -value[i] * 65536);
                }
            }
        }
        half += d->skip / 2;
    }
}

/* After TML_EXACT products: second sums, now rid of the first, are put aside and begin again, that
   is, as the first ones are. After the last products they are put together. */
static void put_aside(const tml_dots_t *d, uint32_t pixels, int32_t *aside, int last)
{
    for (int32_t *sums = d->sums; sums < d->end; sums += 2 * pixels) {
        for (uint32_t i = 0; i < pixels; i++, aside++) {
            *aside = tml_wrap_add(*aside, sums[pixels + i]);
            sums[pixels + i] = last ? *aside : sums[i];
        }
    }
}

/* The sums of a group of output channels, from the first product to the last. */
static void sum_up(const tml_filter_t *f, const tml_place_t *places, uint32_t pixels,
                   tml_dots_t *d, int32_t *values, int32_t *aside)
{
    const uint32_t chunk = f->chunk[pixels / 4].products;
    tml_entry_t entry = {0, 0, 0};
    uint32_t since = 0;         /* products since sums were put aside */

    tml_clear(d->sums, d->end);
    d->values = values;
    for (uint32_t left = f->products; left != 0; d->weights += d->bytes) {
        const uint32_t count = smaller(chunk, left);
        const uint32_t rounded = (count + 3) & ~3u;
        gather(f, places, &entry, count, values, pixels);
        if (rounded != count) {
            fill(values + count * pixels, 0, (rounded - count) * pixels, 1);
        }
        left -= count;
        since += rounded;
        d->bytes = 2 * rounded;
        d->skip = 2 * (f->depth - rounded);
        d->separate = left == 0 || (f->deep && since + chunk > TML_EXACT);
        if (f->rescale.quick == 0) {
            unwrap(d, pixels);
        }
        if (pixels == 4) {
            tml_dots_4(d);
        } else {
            tml_dots_1(d);
        }
        if (f->deep && d->separate) {
            put_aside(d, pixels, aside, left == 0);
            since = 0;
        }
    }
}

/* Divides the room for so many pixels: for a word of values of each product, and one of sums of
   each output channel; of more than TML_EXACT products half as many again are put aside. */
static void divide(tml_filter_t *f, uint32_t pixels)
{
    const uint32_t size = TML_ROOM / pixels;
    const uint32_t products = (f->products + 3) & ~3u;
    const uint32_t filters = (f->filters + 1) & ~1u;
    tml_chunk_t *chunk = &f->chunk[pixels / 4];

    chunk->products = smaller(products, size / 2);
    chunk->filters = size - chunk->products;
    if (f->deep) {
        chunk->filters = size / 3 & ~1u;
    }
    chunk->filters = smaller(filters, chunk->filters);
    chunk->products = smaller(products, (size - chunk->filters - (f->deep ? chunk->filters / 2 : 0)) & ~3u);
}

void tml_filter_open(tml_filter_t *f)
{
    f->pixels = f->m->arena + f->input->offset;
    f->deep = f->products > TML_EXACT;
    divide(f, 4);
    divide(f, 1);
}

tml_place_t tml_filter_place(const tml_filter_t *f, int32_t y, int32_t x)
{
    const tml_ring_t *input = f->input;
    const uint32_t row = (uint32_t)y * input->pitch;

    return (tml_place_t){(uint32_t)y, (uint32_t)x,
                         (y < 0 ? row : wrapped(input, row)) + (uint32_t)x,
                         x >= 0 && (uint32_t)x + f->k_w <= input->width};
}

void tml_filter(const tml_filter_t *f, const tml_place_t *places, uint32_t pixels, int8_t *out)
{
    const uint32_t group = f->chunk[pixels / 4].filters;
    int32_t room[TML_ROOM];
    int32_t *aside = room + group * pixels;
    int32_t *values = aside + (f->deep ? group / 2 * pixels : 0);
    tml_rescale_t rescale = f->rescale;

    for (uint32_t filter = 0; filter < f->filters; filter += group) {
        const uint32_t filters = smaller(group, f->filters - filter);
        tml_dots_t d = {
            .weights = f->weights + filter * f->depth,
            .sums = room,
            .end = room + (filters + 1) / 2 * 2 * pixels,
        };
        if (f->deep) {
            fill(aside, 0, group / 2 * pixels, 1);
        }
        sum_up(f, places, pixels, &d, values, aside);
        tml_rescale(room, out + filter, &rescale, filters, pixels);
    }
}
