/* SPDX-License-Identifier: MIT */
/* Sums to bytes. requantise.S takes what it can. */
#include "rescale.h"
#include "quant.h"

const int32_t *tml_rescale_quick(const int32_t *sums, int8_t *out, tml_rescale_t *r);

/* One channel, the long way. */
static void rescale(const int32_t *sums, int8_t *out, tml_rescale_t *r)
{
    const int32_t bias = *r->bias++;
    const uint32_t mult = *r->mult++;
    const int shift = *r->shift++;

    for (uint32_t i = 0; i < r->pixels; i++, out += r->stride) {
        const int32_t x = tml_requantise(tml_wrap_add(sums[i], bias), mult, shift);
        *out = tml_clamp(tml_wrap_add(x, r->zero >> 1), r->act_min, r->act_max);
    }
}

void tml_rescale(const int32_t *sums, int8_t *out, tml_rescale_t *r, uint32_t channels,
                 uint32_t pixels)
{
    r->channels = channels;
    r->pixels = pixels;
    for (;;) {
        if (r->quick != 0) {
            sums = tml_rescale_quick(sums, out, r);
        }
        if (r->channels == 0) {
            return;
        }
        out += channels - r->channels;
        rescale(sums, out, r);
        out++;
        sums += pixels;
        channels = --r->channels;
        if (channels == 0) {
            return;
        }
    }
}
