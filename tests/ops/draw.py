# SPDX-License-Identifier: MIT
"""What the strategies are drawn from: scales, bytes, windows, weights, biases.

Shapes and parameters are drawn and so shrink; bytes come from a drawn seed.
"""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from tests.oracle import window

ACTIVATIONS = st.sampled_from(["NONE", "NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"])
_BYTES = st.integers(-128, 127)
ZERO_POINTS = st.one_of(_BYTES, _BYTES, _BYTES, st.sampled_from([-128, 127]))
SIZES = st.integers(1, 17)
CHANNELS = st.integers(1, 20)
RNGS = st.integers(0, 2**32 - 1).map(np.random.default_rng)
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))
# Real factors of a requantisation, as powers of two. Above 2**30 C has no answer; below 2**-32
# the factor counts as zero.
WIDE = (-36, 29.9)


def powers(low, high):
    """2.0 ** x, for any x and for whole ones."""
    whole = st.integers(int(np.ceil(low)), int(np.floor(high))).map(float)
    return st.one_of(st.floats(low, high), whole).map(lambda exponent: 2.0**exponent)


def float32(x):
    return float(np.float32(x))


SCALES = st.one_of(powers(-8, -3), powers(-8, -3), powers(-10, 4)).map(float32)
QUANTS = st.tuples(SCALES, ZERO_POINTS)
_NEAR_ONE = powers(-2, 1)
FACTORS = st.one_of(st.just(1.0), _NEAR_ONE, _NEAR_ONE, _NEAR_ONE, powers(-4, 4), powers(*WIDE),
                    powers(20, WIDE[1]))


@dataclass(frozen=True)
class Case:
    model: bytes
    inputs: tuple
    expected: np.ndarray


@dataclass(frozen=True)
class Window:
    size: tuple
    kernel: tuple
    stride: tuple
    padding: str
    dilation: tuple


@st.composite
def windows(draw, dilations=st.just((1, 1))):
    size = draw(st.tuples(SIZES, SIZES))
    kernel = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    dilation = draw(dilations)
    fits = all(s <= n for s, n in zip(window.span(kernel, dilation), size, strict=True))
    padding = draw(st.sampled_from(["SAME", "VALID"] if fits else ["SAME"]))
    return Window(size, kernel, draw(PAIRS), padding, dilation)


def some_bytes(rng, shape, low=-128, high=127, dtype=np.int8):
    """Any bytes, or a narrow band of them, or the two extremes, or one value."""
    kind = rng.integers(9)
    if kind == 0:
        return rng.choice([low, high], shape).astype(dtype)
    if kind <= 3:
        low = rng.integers(low, high + 1)
        high = low if kind == 1 else min(low + rng.integers(1, 60), high)
    return rng.integers(low, high + 1, shape).astype(dtype)


@dataclass(frozen=True)
class Filters:
    """Weights with scales and a bias, one per channel along axis."""

    weights: np.ndarray
    scales: np.ndarray
    bias: np.ndarray | None


def some_filters(rng, shape, axis, in_scale, out_scale, low=-127, widest=WIDE):
    """Half of the channels use the output's range well; the factors of the rest are anywhere."""
    count, area = shape[axis], np.prod(shape) // shape[axis]
    weights = some_bytes(rng, shape, low)
    fitting = rng.uniform(-9, -5, count) - np.log2(area) / 2
    exponents = np.where(rng.integers(2, size=count), fitting, rng.uniform(*widest, count))
    exponents = np.where(rng.integers(3, size=count) == 0, np.trunc(exponents), exponents)
    if rng.integers(4) == 0:
        exponents = exponents[:1]
    scales = np.float32(2.0**exponents * out_scale / in_scale)
    factors = np.broadcast_to(in_scale * scales.astype(float) / out_scale, count)
    channels = np.moveaxis(weights, axis, 0)
    return Filters(weights, scales, some_bias(rng, channels, factors, area))


def some_bias(rng, channels, factors, area):
    """None, small, or large; for zeroed weights up to 2**30 and where rounding turns."""
    kind, count = rng.integers(4), len(channels)
    if kind == 0:
        return None
    limit = (None, 2**8, 2**12 * np.sqrt(area), 2**20)[kind]
    bias = rng.uniform(-limit, limit, count)
    if kind == 3:
        channels[rng.integers(2, size=count) == 0] = 0
    zero = ~channels.reshape(count, -1).any(axis=1)
    turns = (rng.integers(-128, 128, count) + 0.5) / factors + rng.integers(-9, 10, count)
    huge = np.where(rng.integers(3, size=count), turns, rng.uniform(-(2**30), 2**30, count))
    bias = np.where(zero, np.clip(huge, -(2**30), 2**30), bias)
    return np.rint(bias).astype(np.int32)


@st.composite
def broadcast_of(draw, shape):
    """The same shape, or some of it replaced by ones or left away at the front."""
    if draw(st.booleans()):
        return tuple(shape)
    ones = tuple(draw(st.sampled_from([1, size])) for size in shape)
    return ones[draw(st.integers(0, len(shape) - 1)):]
