# SPDX-License-Identifier: MIT
"""unary: a function of each element: logistic, tanh, hard_swish, leaky_relu, elu, abs, rsqrt, negate.

Each function here takes an op and gives, for what a byte is less its zero point, the output byte:
TensorFlow Lite Micro's, in its fixed point.
"""
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, floor, frexp, sqrt

import numpy as np

from tinyml.fixed_point import (high_mul, logistic, output_byte, quantize_multiplier, requantise,
                                rounding_shift, saturate32, tanh)
from tinyml.ops.common import BYTES, COMMON
from tinyml.ops.table import Table

INT8, INT16 = (-128, 127), (-2 ** 15, 2 ** 15 - 1)
SQRT_SHIFT = 20                 # bits behind the point of a reciprocal square root
HALF_SQRT_2 = 1518500250        # in Q0.31
Byte = Callable[[int], int]


@dataclass(frozen=True, eq=False)
class Unary(Table):
    """`alpha`: what leaky_relu multiplies numbers below 0 by. `in_reals`: computed in float32, as
    TensorFlow Lite does it for uint8."""

    function: str
    alpha: float = 0.0
    in_reals: bool = False

    @property
    def label(self) -> str:
        return self.function

    def table(self) -> tuple[int, ...]:
        byte_of = _in_reals(self) if self.in_reals else FUNCTIONS[self.function](self)
        return tuple(byte_of(byte - self.input.quant.zero_point) for byte in BYTES)


def _sigmoid(op: Unary, function, output_bits: int) -> Byte:
    """logistic or tanh of numbers below 16 in Q4.27; beyond, and where these have no bits left, the
    ends of its range."""
    fraction, shift = frexp(op.input.quant.scale * 2 ** 27)
    mult = floor(fraction * 2 ** 31 + 0.5)
    radius = floor(15 * 2.0 ** (27 - shift))

    def byte(x):
        if abs(x) >= radius:
            return 127 if x > 0 and x > -radius else -128
        value = rounding_shift(function(requantise(x, mult, shift)), 31 - output_bits)
        return _clamped(value + op.output.quant.zero_point)
    return byte


def _in_reals(op: Unary) -> Byte:
    """Bytes as real numbers, the function of them, and the nearest byte."""
    scale, out = np.float32(op.input.quant.scale), op.output.quant
    inverse = np.float32(1) / np.float32(out.scale)
    return lambda x: _rounded(REALS[op.function](scale * np.float32(x)) * inverse, out.zero_point)


def _real_logistic(x: np.float32) -> np.float32:
    with np.errstate(over="ignore"):
        return np.float32(1) / (np.float32(1) + np.exp(-x))


def _hard_swish(op: Unary) -> Byte:
    """x * relu6(x + 3) / 6 in 16 bits."""
    fine = np.float32(1 / 128) * np.float32(op.input.quant.scale)
    mult, shift = _halfword(float(fine / np.float32(op.output.quant.scale)))
    inner_mult, inner_shift = _halfword(float(fine / np.float32(3 / 32768)))

    def byte(x):
        x *= 128
        inner = _saturated16(x << max(inner_shift - 1, 0))
        inner = _high_mul16(inner, inner_mult)
        inner = _saturated16(inner << (inner_shift > 0))
        inner = (rounding_shift(inner, max(-inner_shift, 0)) + 2 ** 15) >> 1
        product = int(inner * _high_mul16(x, mult) / 2 ** 15)       # towards 0
        return _clamped(rounding_shift(product, -shift) + op.output.quant.zero_point)
    return byte


def _leaky_relu(op: Unary) -> Byte:
    a, b = op.input.quant.scale, op.output.quant
    above, below = (quantize_multiplier(ratio) for ratio in (a / b.scale, a * op.alpha / b.scale))
    return lambda x: output_byte(x, above if x >= 0 else below, b.zero_point, *INT8)


def _elu(op: Unary) -> Byte:
    """In float32."""
    scale, out = np.float32(op.input.quant.scale), op.output.quant
    inverse = np.float32(1) / np.float32(out.scale)

    def byte(x):
        real = scale * np.float32(x)
        steps = (np.float32(exp(real)) - np.float32(1) if real < 0 else real) * inverse
        return _rounded(steps, out.zero_point)
    return byte


def _abs(op: Unary) -> Byte:
    a, b = op.input.quant, op.output.quant
    if a.scale == b.scale:
        return lambda x: _clamped(abs(x) + b.zero_point)
    factor = quantize_multiplier(a.scale / b.scale)
    return lambda x: output_byte(abs(x), factor, b.zero_point, *INT8)


def _negate(op: Unary) -> Byte:
    """Without rounding: the zero points are each other's -1 - zero point."""
    return lambda x: -1 - op.input.quant.zero_point - x


def _rsqrt(op: Unary) -> Byte:
    """1 / sqrt(x); the largest byte for 0."""
    out = op.output.quant
    root = np.sqrt(np.float32(op.input.quant.scale)) * np.float32(out.scale)
    mult, shift = quantize_multiplier(float(np.float32(1 / float(root))))

    def byte(x):
        if x == 0:
            return 127
        inverse, exponent = _inverse_root(x)
        value = requantise(1, inverse, exponent + SQRT_SHIFT)
        return output_byte(value, (mult, shift - SQRT_SHIFT), out.zero_point, *INT8)
    return byte


def _inverse_root(x: int) -> tuple[int, int]:
    """1 / sqrt(x) = mult * 2^(shift - 31) of 0 < x < 256: Newton's method in Q3.28."""
    if x == 1:
        return 2 ** 31 - 1, 0
    pairs = (31 - x.bit_length()) // 2 - 1
    x = x << 2 * pairs >> 1
    half, root = rounding_shift(x, 1), 1 << 28
    for _ in range(5):
        cube = saturate32(high_mul(high_mul(root, root), root) << 6)
        root = saturate32((high_mul(3 << 27, root) - high_mul(half, cube)) << 3)
    mult, right = high_mul(root, HALF_SQRT_2), 11 - pairs
    return mult << max(-right, 0), -max(right, 0)


def _rounded(steps: np.float32, zero_point: int) -> int:
    """The nearest byte; halves away from zero."""
    size = np.floor(np.abs(np.float64(steps)) + 0.5)
    return _clamped(int(np.copysign(size, steps)) + zero_point)


def _clamped(x: int) -> int:
    return max(-128, min(127, x))


def _saturated16(x: int) -> int:
    return max(INT16[0], min(INT16[1], x))


def _high_mul16(a: int, b: int) -> int:
    """a * b / 2^15, rounded, half up; both of 16 bits."""
    return min((a * b + (1 << 14)) >> 15, INT16[1])


def _halfword(real: float) -> tuple[int, int]:
    """A multiplier of 16 bits: real = mult * 2^(shift - 15)."""
    mult, shift = quantize_multiplier(real)
    return min((mult + (1 << 15)) >> 16, INT16[1]), shift


FUNCTIONS = {"logistic": lambda op: _sigmoid(op, logistic, 8),
             "tanh": lambda op: _sigmoid(op, tanh, 7), "hard_swish": _hard_swish,
             "leaky_relu": _leaky_relu, "elu": _elu, "abs": _abs, "rsqrt": _rsqrt,
             "negate": _negate}
REALS = {"logistic": _real_logistic, "tanh": np.tanh}
OUTPUTS = {"logistic": (1 / 256, -128), "tanh": (1 / 128, 0)}


def known_output(op):
    """logistic gives scale 1/256 and zero point -128, tanh 1/128 and 0"""
    quant, (scale, zero_point) = op.output.quant, OUTPUTS.get(op.function, (0, 0))
    if scale == 0 or abs(quant.scale - scale) <= 0.001 * scale and quant.zero_point == zero_point:
        return None
    return f"scale {quant.scale:g}, zero point {quant.zero_point}"


def scales_in_range(op):
    """scales from 2^-20 to 2^20"""
    scales = op.input.quant.scale, op.output.quant.scale
    fit = all(2 ** -20 <= scale <= 2 ** 20 for scale in scales)
    return None if fit else "{:g} and {:g}".format(*scales)


def fine_hard_swish(op):
    """hard_swish: the input's scale must be less than 128 times the output's"""
    ratio = op.input.quant.scale / op.output.quant.scale
    return f"{ratio:g} times" if op.function == "hard_swish" and ratio >= 128 else None


def fine_roots(op):
    """rsqrt: the root of the input's scale times the output's scale must be less than 2^10"""
    unit = sqrt(op.input.quant.scale) * op.output.quant.scale
    return f"{unit:g}" if op.function == "rsqrt" and unit >= 2 ** 10 else None


def roots_of_positive(op):
    """rsqrt: the input's zero point must be -128, there are no roots below 0"""
    zero_point = op.input.quant.zero_point
    return f"zero point {zero_point}" if op.function == "rsqrt" and zero_point != -128 else None


LIMITS = COMMON + (known_output, scales_in_range, fine_hard_swish, fine_roots,
                   roots_of_positive)
