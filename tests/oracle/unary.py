# SPDX-License-Identifier: MIT
"""Functions of one element, in the fixed point of TensorFlow Lite Micro's reference kernels.

Numbers named qN are 32-bit fixed point with N integer bits, as in softmax.py.
"""

import math

import numpy as np

from .quant import (multiply_by_quantized_multiplier, quantize_multiplier, requantize,
                    round_half_away, rounding_divide_by_pot, saturate32, scale_ratio, srdhm)
from .softmax import ONE_Q0, exp_q0, reciprocal_q0, twice_reciprocal_q2


def logistic(x, scale, zero_point):
    """To scale 1/256, zero point -128."""
    def curve(q4):
        positive = reciprocal_q0(exp_q0(-np.abs(q4), 4))
        return np.where(q4 == 0, 2**30, np.where(q4 > 0, positive, ONE_Q0 - positive))
    return _sigmoid(x, scale, zero_point, curve, 8, -128)


def tanh(x, scale, zero_point):
    """To scale 1/128, zero point 0."""
    def curve(q4):  # twice which is a q5 of the same bits
        positive = saturate32((twice_reciprocal_q2(exp_q0(-np.abs(q4))) - 2**29) << 2)
        return np.sign(q4) * positive
    return _sigmoid(x, scale, zero_point, curve, 7, 0)


def _sigmoid(x, scale, zero_point, curve, bits, out_zp):
    fraction, shift = math.frexp(float(np.float32(scale)) * 2**27)
    radius = math.floor(15 * 2.0**27 / 2.0**shift)
    centred = x.astype(np.int64) - zero_point
    inside = np.where(np.abs(centred) < radius, centred, 0)
    q4 = multiply_by_quantized_multiplier(inside, math.floor(fraction * 2**31 + 0.5), shift)
    y = np.clip(rounding_divide_by_pot(curve(q4), 31 - bits) + out_zp, -128, 127)
    return np.select([centred <= -radius, centred >= radius], [-128, 127], y).astype(np.int8)


def in_reals(x, scale, zero_point, out, curve):
    """Computed in float32; out: (scale, zero point)."""
    reals = np.float32(scale) * (x.astype(np.int64) - zero_point).astype(np.float32)
    steps = curve(reals) * (np.float32(1) / np.float32(out[0]))
    return np.clip(round_half_away(steps) + out[1], -128, 127).astype(np.int8)


def hard_swish(x, *, scale, zero_point, out_scale, out_zp):
    """All in 16 bits; one product is cut off, not rounded."""
    fine = np.float32(scale) * np.float32(1 / 128)
    mult, shift = _quantize16(fine / np.float32(out_scale))
    gate_mult, gate_shift = _quantize16(fine / np.float32(3 / 32768))
    steps = (x.astype(np.int64) - zero_point) * 128
    gate = saturate16(steps << max(gate_shift - 1, 0))
    gate = srdhm16(gate, gate_mult)
    gate = saturate16(gate << 1) if gate_shift > 0 else rounding_divide_by_pot(gate, -gate_shift)
    gate = (gate + 2**15) >> 1
    y = np.trunc(gate * srdhm16(steps, mult) / 2**15).astype(np.int64)
    return np.clip(rounding_divide_by_pot(y, -shift) + out_zp, -128, 127).astype(np.int8)


def _quantize16(real):
    mult, shift = quantize_multiplier(float(real))
    return min((mult + 2**15) >> 16, 2**15 - 1), shift


def saturate16(x):
    return np.clip(x, -(2**15), 2**15 - 1)


def srdhm16(a, b):
    return saturate16((a * b + 2**14) >> 15)


def leaky_relu(x, *, scale, zero_point, out_scale, out_zp, alpha):
    centred = x.astype(np.int64) - zero_point
    a, b, slope = (float(np.float32(real)) for real in (scale, out_scale, alpha))
    above, below = scale_ratio(scale, out_scale), _signed_multiplier(a * slope / b)
    return np.where(centred >= 0, requantize(centred, *above, out_zp),
                    requantize(centred, *below, out_zp))


def _signed_multiplier(real):
    mult, shift = quantize_multiplier(abs(real))
    return (mult if real >= 0 else -mult), shift


def elu(x, *, scale, zero_point, out_scale, out_zp):
    """In float32, exp(x) - 1 below 0."""
    reals = np.float32(scale) * (x.astype(np.int64) - zero_point).astype(np.float32)
    below = np.exp(np.minimum(reals, 0).astype(float)).astype(np.float32) - np.float32(1)
    steps = np.where(reals < 0, below, reals) * (np.float32(1) / np.float32(out_scale))
    steps = steps.astype(float)
    rounded = np.sign(steps) * np.floor(np.abs(steps) + 0.5)
    return np.clip(rounded + out_zp, -128, 127).astype(np.int8)


def absolute(x, *, scale, zero_point, out_scale, out_zp):
    return requantize(np.abs(x.astype(np.int64) - zero_point), *scale_ratio(scale, out_scale), out_zp)


def rsqrt(x, *, scale, out_scale, out_zp):
    """The zero point of x is -128; what is 0 gives the largest byte."""
    root = np.sqrt(np.float32(scale)) * np.float32(out_scale)
    mult, shift = quantize_multiplier(float(np.float32(1 / float(root))))
    steps = np.arange(1, 256)
    inverse = np.array([multiply_by_quantized_multiplier(1, *_inverse_root(n)) for n in steps])
    y = requantize(inverse, mult, shift - 20, out_zp)
    return np.concatenate([[127], y]).astype(np.int8)[x.astype(np.int64) + 128]


def _inverse_root(n):
    """2**20 / sqrt(n) as (multiplier, shift), by five steps of Newton's method in Q3."""
    if n == 1:
        return ONE_Q0, 20
    pairs = (31 - int(n).bit_length()) // 2 - 1
    q3 = (int(n) << (2 * pairs)) >> 1
    half, x = rounding_divide_by_pot(q3, 1), np.int64(2**28)
    for _ in range(5):
        cube = saturate32(srdhm(srdhm(x, x), x) << 6)
        x = saturate32((srdhm(2**28 + 2**27, x) - srdhm(half, cube)) << 3)
    return srdhm(x, 1518500250), 20 - (11 - pairs)  # times the square root of a half
