/* SPDX-License-Identifier: MIT */
/* Sums to bytes. requantise.S takes what it can. */
#include "rescale.h"
#include "quant.h"

const int32_t *tml_rescale_quick(const int32_t *sums, int8_t *out, tml_rescale_t *r);

/* A byte, the long way. */
static int8_t rescaled(const tml_rescale_t *r, int32_t sum)
{
    const uint32_t factor = r->channel & r->factors;
    const int32_t x = tml_requantise(tml_wrap_add(sum, r->bias[r->channel]), r->mult[factor],
                                     r->shift[factor]);
    return tml_saturate(tml_wrap_add(x, r->zero >> 1));
}

void tml_rescale(const int32_t *sums, int8_t *out, tml_rescale_t *r)
{
    while (r->channel != r->end) {
        const int32_t *done = sums;
        if (r->quick != 0) {
            sums = tml_rescale_quick(sums, out, r);
        }
        if (sums == done) {
            for (uint32_t i = 0; i < r->pixels; i++) {
                out[r->channel + i * r->stride] = rescaled(r, *sums++);
            }
            r->channel++;
        }
    }
}
