/* SPDX-License-Identifier: MIT */
/* From sums to bytes, where the host has proved nothing of them; the others: requantise_quick.S. */
#include "windows.h"
#include "quant.h"

void tml_requantise_slow(const tml_outputs_t *s, uint32_t first, uint32_t channels,
                         const int32_t *sums, int8_t *const *out, uint32_t pixels);

void tml_requantise_slow(const tml_outputs_t *s, uint32_t first, uint32_t channels,
                         const int32_t *sums, int8_t *const *out, uint32_t pixels)
{
    for (uint32_t i = 0; i < channels * pixels; i++) {
        const uint32_t c = i / pixels, factor = (first + c) & s->factors;
        int32_t x = tml_wrap_add(sums[i], s->bias[first + c]);
        x = tml_requantise(x, s->mult[factor], s->shift[factor]);
        x = tml_wrap_add(x, s->output_zp);
        out[i % pixels][c] = tml_saturate(x);
    }
}
