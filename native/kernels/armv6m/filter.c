/* SPDX-License-Identifier: MIT */
/* Convolution of 4 pixels, or of 1, in chunks that fit in 1 KB of stack. */
#include "filter.h"
#include "quant.h"

#define TML_ROOM 256            /* words for values and sums */
#define TML_EXACT 511           /* products that a word has room for, of a pair of channels */
#define TML_PRODUCT(i) (((i) & ~3u) | ((i) & 1) << 1 | ((i) >> 1 & 1))      /* of halfword i */

void tml_widen_4(int32_t *to, const int8_t *from, uint32_t count);
void tml_widen_1(int32_t *to, const int8_t *from, uint32_t count);

/* An entry of a window and a channel of it. */
typedef struct {
    uint32_t y, x, channel;
} tml_entry_t;

/* How much is done at a time. */
typedef struct {
    uint32_t products, filters;
    int32_t *values, *sums, *totals;
} tml_chunk_t;

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

/* The next `count` values of a window, from `entry` on, which is moved. */
static void gather(const tml_filter_t *f, tml_corner_t corner, tml_entry_t *entry, uint32_t count,
                   int32_t *to, uint32_t pixels)
{
    while (count != 0) {
        const int32_t y = corner.y + (int32_t)entry->y;
        const int32_t x = corner.x + (int32_t)entry->x;
        const int8_t *from = NULL;
        uint32_t run = f->k_w - entry->x;
        if ((uint32_t)y < f->input->height && x < f->input->width) {
            if (x < 0) {
                run = smaller(run, (uint32_t)-x);
            } else {
                from = tml_pixel(f->m, f->input, (uint32_t)y, (uint32_t)x) + entry->channel;
                if (run > 1) {
                    run = smaller(run, f->input->width - (uint32_t)x);
                    run = smaller(run, tml_contiguous(f->input, (uint32_t)y, (uint32_t)x));
                }
            }
        }
        run = smaller(run * f->channels - entry->channel, count);
        if (from == NULL) {
            fill(to, f->fill, run, pixels);
        } else if (pixels == 4) {
            tml_widen_4(to, from, run);
        } else {
            tml_widen_1(to, from, run);
        }
        to += run * pixels;
        count -= run;
        entry->channel += run;
        while (entry->channel >= f->channels) {
            entry->channel -= f->channels;
            entry->x++;
        }
        if (entry->x == f->k_w) {
            entry->x = 0;
            entry->y++;
        }
    }
}

/* Weights of -128 may have made a halfword wrap, w0 + 256 * w1 + 2^16, where the host has not
   proven that none does. Undoes that in the second sums. */
static void unwrap(const tml_dots_t *d, uint32_t pixels)
{
    const int16_t *half = (const void *)d->weights;
    const uint32_t products = d->bytes / 2;
    int32_t *sums = d->sums + pixels;

    for (uint32_t p = 0; p < d->pairs; p++, sums += 2 * pixels, half += d->skip / 2) {
        for (uint32_t k = 0; k < products; k++) {
            if (*half++ > 127 * 257) {
                const int32_t *value = d->values + TML_PRODUCT(k) * pixels;
                for (uint32_t i = 0; i < pixels; i++) {
                    sums[i] = tml_wrap_add(sums[i], -value[i] * 65536);
                }
            }
        }
    }
}

/* Sums of a group of output channels, from the first product to the last. */
static void sum_up(const tml_filter_t *f, const tml_corner_t *corners, uint32_t pixels,
                   uint32_t filter, uint32_t filters, const tml_chunk_t *chunk)
{
    tml_entry_t entry = {0, 0, 0};
    const uint32_t words = (filters + 1) / 2 * 2 * pixels;
    uint32_t since = 0;         /* products since sums were separated */

    fill(chunk->sums, 0, words, 1);
    if (chunk->totals != chunk->sums) {
        fill(chunk->totals, 0, words, 1);
    }
    for (uint32_t k = 0; k < f->products; k += chunk->products) {
        const uint32_t count = smaller(chunk->products, f->products - k);
        const uint32_t rounded = (count + 3) & ~3u;
        tml_entry_t next = entry;
        for (uint32_t i = 0; i < pixels; i++) {
            next = entry;
            gather(f, corners[i], &next, count, chunk->values + i, pixels);
        }
        entry = next;
        fill(chunk->values + count * pixels, 0, (rounded - count) * pixels, 1);
        since += rounded;
        tml_dots_t dots = {
            .values = chunk->values,
            .weights = f->weights + filter * f->depth + 2 * k,
            .bytes = 2 * rounded,
            .skip = 2 * (f->depth - rounded),
            .sums = chunk->sums,
            .pairs = (filters + 1) / 2,
            .separate = k + count == f->products ||
                (chunk->totals != chunk->sums && since + chunk->products > TML_EXACT),
        };
        if (f->rescale.quick == 0) {
            unwrap(&dots, pixels);
        }
        if (pixels == 4) {
            tml_dots_4(&dots);
        } else {
            tml_dots_1(&dots);
        }
        if (dots.separate != 0 && chunk->totals != chunk->sums) {
            for (uint32_t i = 0; i < words; i++) {
                chunk->totals[i] = tml_wrap_add(chunk->totals[i], chunk->sums[i]);
                chunk->sums[i] = 0;
            }
            since = 0;
        }
    }
}

/* Divides the room. More than TML_EXACT products need sums twice. */
static tml_chunk_t divide(const tml_filter_t *f, int32_t *room, uint32_t pixels)
{
    const uint32_t sums = f->products > TML_EXACT ? 2 : 1;
    const uint32_t size = TML_ROOM / pixels;
    const uint32_t products = (f->products + 3) & ~3u;
    const uint32_t filters = (f->filters + 1) & ~1u;
    tml_chunk_t chunk = {.values = room};

    chunk.products = smaller(products, size / 2);
    chunk.filters = smaller(filters, (size - chunk.products) / sums & ~1u);
    chunk.products = smaller(products, (size - sums * chunk.filters) & ~3u);
    chunk.sums = chunk.values + chunk.products * pixels;
    chunk.totals = chunk.sums + (sums - 1) * chunk.filters * pixels;
    return chunk;
}

void tml_filter(const tml_filter_t *f, const tml_corner_t *corners, uint32_t pixels, int8_t *out)
{
    int32_t room[TML_ROOM];
    const tml_chunk_t chunk = divide(f, room, pixels);
    tml_rescale_t rescale = f->rescale;

    for (uint32_t filter = 0; filter < f->filters; filter += chunk.filters) {
        const uint32_t filters = smaller(chunk.filters, f->filters - filter);
        sum_up(f, corners, pixels, filter, filters, &chunk);
        tml_rescale(chunk.totals, out + filter, &rescale, filters, pixels);
    }
}
