/* SPDX-License-Identifier: MIT */
/* Sums to bytes. requantise.S takes what it can. */
#include "rescale.h"
#include "quant.h"

const int32_t *tml_rescale_quick(const int32_t *sums, int8_t *out, tml_rescale_t *r);

/* One channel, the long way. */
static __attribute__((noinline)) void rescale(const int32_t *sums, int8_t *out, tml_rescale_t *r)
{
    for (uint32_t left = r->pixels; left != 0; left--, out += r->stride) {
        const int32_t x = tml_requantise(tml_wrap_add(*sums++, *r->bias), *r->mult, *r->shift);
        *out = tml_clamp(tml_wrap_add(x, r->zero >> 1), r->act_min, r->act_max);
    }
    r->mult++;
    r->bias++;
    r->shift++;
    r->channels--;
}

void tml_rescale(const int32_t *sums, int8_t *out, tml_rescale_t *r, uint32_t channels)
{
    r->channels = channels;
    while (channels != 0) {
        if (r->quick != 0) {
            sums = tml_rescale_quick(sums, out, r);
            if (r->channels == 0) {
                return;
            }
        }
        out += channels - r->channels;
        rescale(sums, out, r);
        out++;
        sums += r->pixels;
        channels = r->channels;
    }
}
