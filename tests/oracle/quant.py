# SPDX-License-Identifier: MIT
"""Exact integer arithmetic of int8 quantisation: numpy int64, wrapped to 32 bits where C would.

Every quantity is an integer or an int64 array. A real factor is a pair (multiplier, shift) that
stands for multiplier * 2**(shift - 31).
"""

import math

import numpy as np

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1
INT8 = (-128, 127)


def wrap32(x):
    """The low 32 bits of x, as a signed number."""
    return (np.asarray(x, np.int64) + 2**31) % 2**32 - 2**31


def saturate32(x):
    return np.clip(np.asarray(x, np.int64), INT32_MIN, INT32_MAX)


def srdhm(a, b):
    """SaturatingRoundingDoublingHighMul: a * b / 2**31 to nearest, ties towards plus infinity.

    The one result that does not fit, 2**31 of two INT32_MIN, saturates.
    """
    product = np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return saturate32((product + 2**30) >> 31)


def rounding_divide_by_pot(x, exponent):
    """x / 2**exponent to nearest, ties away from zero; exponent 0..31."""
    x, exponent = np.asarray(x, np.int64), np.asarray(exponent, np.int64)
    half = (np.int64(1) << exponent) >> 1
    return (x + half - ((x < 0) & (exponent > 0))) >> exponent


def multiply_by_quantized_multiplier(x, multiplier, shift):
    """x * multiplier * 2**(shift - 31), rounded twice; a left shift wraps at 32 bits."""
    shift = np.asarray(shift, np.int64)
    shifted = wrap32(np.asarray(x, np.int64) << np.maximum(shift, 0))
    return rounding_divide_by_pot(srdhm(shifted, multiplier), np.maximum(-shift, 0))


def quantize_multiplier(real):
    """(multiplier, shift) of a double >= 0. Below about 2**-32 a factor counts as zero.

    Shifts above 30 have no meaning (C shifts a 32-bit one by them); callers keep real < 2**30.
    """
    if real == 0:
        return 0, 0
    fraction, shift = math.frexp(real)
    multiplier = math.floor(fraction * 2**31 + 0.5)  # exact: fraction has 53 bits
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def quantize_multipliers(reals):
    """The same of many: two int64 arrays."""
    pairs = [quantize_multiplier(float(real)) for real in reals]
    return tuple(np.array(column, np.int64) for column in zip(*pairs, strict=True))


def scale_ratio(in_scale, out_scale):
    """in / out as (multiplier, shift): of float32 scales, in double precision."""
    return quantize_multiplier(float(np.float32(in_scale)) / float(np.float32(out_scale)))


def channel_multipliers(in_scale, weight_scales, out_scale):
    """in * weights / out for each weight scale, likewise."""
    product = np.float64(np.float32(in_scale)) * np.float32(weight_scales).astype(np.float64)
    return quantize_multipliers(np.atleast_1d(product / np.float64(np.float32(out_scale))))


def requantize(acc, multiplier, shift, out_zp, low=-128, high=127, dtype=np.int8):
    """Accumulators to output bytes: scale, add the zero point, clamp."""
    scaled = multiply_by_quantized_multiplier(acc, multiplier, shift)
    return np.clip(wrap32(scaled + out_zp), low, high).astype(dtype)


def round_half_away(x):
    """float32 in, int64 out."""
    x = np.asarray(x, np.float32).astype(np.float64)  # adding 0.5 is exact in double
    return (np.sign(x) * np.floor(np.abs(x) + 0.5)).astype(np.int64)


def activation_range(activation, scale, zero_point):
    """(low, high) of an int8 output after a fused activation."""
    low, high = INT8
    limits = {"NONE": (None, None), "RELU": (0, None), "RELU6": (0, 6), "RELU_N1_TO_1": (-1, 1)}
    real_low, real_high = limits[activation]

    def quantized(real):
        return zero_point + int(round_half_away(np.float32(real) / np.float32(scale)))

    if real_low is not None:
        low = max(low, quantized(real_low))
    if real_high is not None:
        high = min(high, quantized(real_high))
    return low, high
