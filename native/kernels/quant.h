/* SPDX-License-Identifier: MIT */
/* Requantise and saturate as TensorFlow Lite does: the only code that rounds. */
#ifndef TML_QUANT_H
#define TML_QUANT_H

#include <stdint.h>

/* Sums wrap at 32 bits; unsigned, since signed overflow is undefined. */
static inline int32_t tml_wrap_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* SaturatingRoundingDoublingHighMul: high half of 2 * a * b, rounded, half up. `b` is never
   INT32_MIN, so the one product that would saturate does not occur. */
static inline int32_t tml_high_mul(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/* x * mult / 2^32, rounded, half up: the same with the doubling in the multiplier. */
static inline int32_t tml_scale(int32_t x, uint32_t mult)
{
    return (int32_t)(((int64_t)x * mult + 0x80000000) >> 32);
}

/* RoundingDivideByPOT: x / 2^exponent, half away from zero; exponent 0..31. */
static inline int32_t tml_rounding_shift(int32_t x, int exponent)
{
    const int32_t mask = (int32_t)((1u << exponent) - 1);
    const int32_t remainder = x & mask;
    const int32_t threshold = (mask >> 1) + (x < 0);
    return (x >> exponent) + (remainder > threshold);
}

/* MultiplyByQuantizedMultiplier, double rounding; shift -31..30. */
int32_t tml_requantise(int32_t x, uint32_t mult, int shift);

/* sum / count, rounded: halves up, or away from zero. Of bytes, so that with 128 more each there is
   no sign: Cortex-M0 divides in software, and needs no second routine. */
static inline int32_t tml_rounded_mean(int32_t sum, uint32_t count, uint32_t halves_up)
{
    const uint32_t half = (count - (sum < 0 && !halves_up)) / 2;

    return (int32_t)(((uint32_t)sum + 128 * count + half) / count - 128);
}

static inline int8_t tml_clamp(int32_t x, int32_t low, int32_t high)
{
    return (int8_t)(x < low ? low : x > high ? high : x);
}

static inline int8_t tml_saturate(int32_t x)
{
#ifdef __ARM_FEATURE_SAT
    __asm__("ssat %0, #8, %0" : "+r"(x));       /* GCC compares and jumps */
    return (int8_t)x;
#else
    return tml_clamp(x, INT8_MIN, INT8_MAX);
#endif
}

#endif
