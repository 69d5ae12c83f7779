/* SPDX-License-Identifier: MIT */
/* From sums to bytes, channel by channel: a channel's numbers stay in registers for all pixels. */
#include "windows.h"
#include "quant.h"

/* `half` rounds to nearest and adds the zero point. Away from zero needs the sign too, but where
   the output is clamped at its zero point (`quick` of 2). */
static inline __attribute__((always_inline)) int8_t byte_of(int32_t sum, uint32_t mult,
                                                            int32_t half, uint32_t right,
                                                            int by_sign)
{
    const int64_t product = (int64_t)sum * mult;
    int32_t x = (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);
    x = tml_wrap_add(x, by_sign ? tml_wrap_add(x >> 31, half) : half) >> (right & 31);
    if ((uint32_t)x + 128 > 255) {
        x = (x >> 31) ^ 127;
    }
    return (int8_t)x;
}

static inline __attribute__((always_inline)) void quick(const tml_outputs_t *s, uint32_t first,
                                                        uint32_t channels, const int32_t *sums,
                                                        int8_t *const *out, uint32_t pixels,
                                                        int by_sign)
{
    int8_t *out0 = out[0], *out1 = out[1], *out2 = out[2], *out3 = out[3];
    const uint32_t twice = 2 * (uint32_t)s->output_zp + 1;

    for (uint32_t c = first; c < first + channels; c++, sums += pixels) {
        const int32_t bias = s->bias[c];
        const uint32_t mult = s->mult[c & s->factors];
        const uint32_t right = (uint32_t)-s->shift[c & s->factors];
        const int32_t half = (int32_t)(twice << ((right - 1) & 31));
        *out0++ = byte_of(tml_wrap_add(sums[0], bias), mult, half, right, by_sign);
        if (pixels == TML_BLOCK) {
            *out1++ = byte_of(tml_wrap_add(sums[1], bias), mult, half, right, by_sign);
            *out2++ = byte_of(tml_wrap_add(sums[2], bias), mult, half, right, by_sign);
            *out3++ = byte_of(tml_wrap_add(sums[3], bias), mult, half, right, by_sign);
        }
    }
}

static __attribute__((noinline)) void slow(const tml_outputs_t *s, uint32_t first,
                                           uint32_t channels, const int32_t *sums,
                                           int8_t *const *out, uint32_t pixels)
{
    for (uint32_t c = first; c < first + channels; c++, sums += pixels) {
        for (uint32_t i = 0; i < pixels; i++) {
            int32_t x = tml_wrap_add(sums[i], s->bias[c]);
            x = tml_requantise(x, s->mult[c & s->factors], s->shift[c & s->factors]);
            x = tml_wrap_add(x, s->output_zp);
            out[i][c - first] = tml_saturate(x);
        }
    }
}

void tml_requantise_pixels(const tml_outputs_t *s, uint32_t first, uint32_t channels,
                           const int32_t *sums, int8_t *const *out, uint32_t pixels)
{
    if (s->quick == 2) {
        quick(s, first, channels, sums, out, pixels, 0);
    } else if (s->quick == 1) {
        quick(s, first, channels, sums, out, pixels, 1);
    } else {
        slow(s, first, channels, sums, out, pixels);
    }
}
