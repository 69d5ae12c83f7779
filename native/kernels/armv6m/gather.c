/* SPDX-License-Identifier: MIT */
/* Windows to words, wherever their rows and pixels lie. */
#include "gather.h"
#include "rescale.h"

static void fill(int32_t *to, int32_t value, uint32_t count, uint32_t pixels)
{
    for (; count != 0; count--, to += pixels) {
        *to = value;
    }
}

/* Fills up values with zeros to a multiple of four, and brings them into the weights' order. */
static void arrange(tml_windows_t *w, uint32_t count)
{
    const uint32_t pixels = w->pixels;
    int32_t *end = w->room + count * pixels;

    fill(end, 0, (-count & 3) * pixels, 1);
    for (int32_t *one = w->room + pixels; one < end; one += 3 * pixels) {
        for (uint32_t i = 0; i < pixels; i++, one++) {
            const int32_t two = one[pixels];
            one[pixels] = *one;
            *one = two;
        }
    }
}

/* The next row of the windows. */
static void next_row(tml_windows_t *w)
{
    const tml_ring_t *input = w->input;
    const uint32_t bytes = input->pixels * input->channels;
    const int8_t *end = w->m->arena + input->offset + bytes;

    w->row++;
    w->left = w->k_w * input->channels;
    for (tml_place_t *p = w->places; p < w->places + w->pixels; p++) {
        const uint32_t y = p->y + w->row;
        const int8_t *row = w->row != 0 ? p->row : NULL;
        p->from = NULL;
        if (y < input->height && p->x < input->width && p->x + w->k_w <= input->width) {
            if (row == NULL) {
                row = tml_pixel(w->m, input, y, p->x);
            } else {
                for (row += input->pitch * input->channels; row >= end; row -= bytes) {
                }
            }
            p->from = row + w->left <= end ? row : NULL;
        }
        p->row = row;
    }
}

/* `count` values of a window's row that may be outside the input, or in two pieces. */
static __attribute__((noinline)) void gather_slowly(const tml_windows_t *w,
                                                    const tml_place_t *p, int32_t *to,
                                                    uint32_t count)
{
    const tml_ring_t *input = w->input;
    const uint32_t y = p->y + w->row;
    uint32_t channel = w->k_w * input->channels - w->left;
    uint32_t x = p->x;

    for (; channel >= input->channels; channel -= input->channels) {
        x++;
    }
    for (; count != 0; x++) {
        const uint32_t run = tml_smaller(input->channels - channel, count);
        if (y < input->height && x < input->width) {
            tml_widen(to, tml_pixel(w->m, input, y, x) + channel, run, w->step);
        } else {
            fill(to, w->fill, run, w->pixels);
        }
        to += run * w->pixels;
        count -= run;
        channel = 0;
    }
}

void tml_gather(tml_windows_t *w, uint32_t count)
{
    int32_t *to = w->room;

    for (uint32_t left = count; left != 0;) {
        if (w->left == 0) {
            next_row(w);
        }
        const uint32_t run = tml_smaller(w->left, left);
        for (uint32_t i = 0; i < w->pixels; i++) {
            tml_place_t *p = &w->places[i];
            if (p->from != NULL) {
                tml_widen(to + i, p->from, run, w->step);
                p->from += run;
            } else {
                gather_slowly(w, p, to + i, run);
            }
        }
        to += run * w->pixels;
        left -= run;
        w->left -= run;
    }
    if (w->step % 2 != 0) {
        arrange(w, count);
    }
}
