# SPDX-License-Identifier: MIT
"""The oracles are right: each equals another implementation, byte for byte.

The other implementation is TensorFlow Lite Micro, its reference kernels, with double rounding. For
uint8, which it no longer has, it is TensorFlow Lite.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ops.strategies import CASES
from tests.oracle import quant, softmax
from tools.tflite_builder import ModelBuilder

pytest.importorskip("tflite_micro")
from tests import tflm  # noqa: E402  only where the other implementation is installed

INT32 = st.integers(-(2**31), 2**31 - 1)


@pytest.mark.parametrize("family", CASES)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_oracle_equals_tflm(family, data):
    other = pytest.importorskip("tests.litert") if family.startswith("unsigned") else tflm
    case = data.draw(CASES[family]())
    (got,) = other.run(case.model, case.inputs)
    np.testing.assert_array_equal(got, case.expected, strict=True)


# What random models hardly ever meet


def test_the_final_addition_wraps_at_32_bits():
    in_scale, scale = 1 + 2.0**-14, 2 - 2.0**-13  # a product just below 2
    bias = np.int32([2**30 - 1, 2**30 - 60, -(2**30), -(2**30) + 50, 2**29])
    mults, shifts = quant.channel_multipliers(in_scale, [scale], 1.0)
    for zero_point in (-128, -50, 60, 127):
        b = ModelBuilder()
        w = b.constant(np.zeros((len(bias), 1, 1, 1), np.int8), scale)
        y = b.conv2d(b.input((1, 1, 1, 1), in_scale), w, b.constant(bias, 1.0),
                     out=(1.0, zero_point))
        (got,) = tflm.run(b.finish([y]), [np.zeros((1, 1, 1, 1), np.int8)])
        np.testing.assert_array_equal(
            got.ravel(), quant.requantize(bias, mults, shifts, zero_point))


def test_fully_connected_multiplies_scales_in_double():
    # Releases before October 2026 round this product, if there is one weight scale, and the
    # quotient of relu to float32.
    rng, differ = np.random.default_rng(1), False
    for in_scale, scale in np.float32(rng.uniform(0.001, 0.01, (20, 2))):
        bias = np.int32((np.arange(-127, 128) + 0.5) / (float(in_scale) * float(scale)))
        mults, shifts = quant.channel_multipliers(in_scale, [scale], 1.0)
        expected = quant.requantize(bias, mults, shifts, 0)  # where the result turns
        single = quant.quantize_multiplier(float(in_scale * scale))
        differ |= np.any(expected != quant.requantize(bias, *single, 0))
        b = ModelBuilder()
        w = b.constant(np.zeros((len(bias), 1), np.int8), scale)
        y = b.fully_connected(b.input((1, 1), in_scale), w, b.constant(bias, in_scale * scale),
                              out=(1.0, 0))
        (got,) = tflm.run(b.finish([y]), [np.zeros((1, 1), np.int8)])
        np.testing.assert_array_equal(got.ravel(), expected)
    assert differ, "float32 would have given the same"


def test_activation_limits_divide_in_float32():
    x, differ = np.arange(-128, 128).astype(np.int8)[None, None, None], 0
    for six in np.arange(128):
        scale = np.float32(6 / (six + 0.5))
        low, high = quant.activation_range("RELU6", scale, -128)
        differ += high != min(127, -128 + int(np.floor(6 / float(scale) + 0.5)))
        for build in (ModelBuilder.relu6, lambda b, x: b.max_pool(
                x, kernel=(1, 1), stride=(1, 1), activation="RELU6")):
            b = ModelBuilder()
            (got,) = tflm.run(b.finish([build(b, b.input(x.shape, scale, -128))]), [x])
            np.testing.assert_array_equal(got, np.clip(x, low, high))
    assert differ, "doubles would have given the same"


def test_softmax_of_every_pair_of_bytes():
    x = np.stack(np.meshgrid(*[np.arange(-128, 128)] * 2), axis=-1).astype(np.int8)
    for scale in (2.0**-8, 0.02, 0.1, 1.0, 40.0):
        b = ModelBuilder()
        model = b.finish([b.softmax(b.input(x.shape, scale))])
        mult, shift, diff_min = softmax.constants(1.0, scale)
        expected = softmax.softmax(x, mult=mult, shift=shift, diff_min=diff_min)
        np.testing.assert_array_equal(tflm.run(model, [x])[0], expected)


# The primitives, against their definition in integers of any size


@given(INT32, INT32)
def test_high_mul_is_gemmlowps(a, b):
    nudged = a * b + (2**30 if a * b >= 0 else 1 - 2**30)
    expected = abs(nudged) // 2**31 * (1 if nudged >= 0 else -1)
    assert quant.srdhm(a, b) == min(expected, 2**31 - 1)


@given(INT32, st.integers(0, 31))
def test_divide_by_pot_is_gemmlowps(x, exponent):
    mask = (1 << exponent) - 1
    expected = (x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0))
    assert quant.rounding_divide_by_pot(x, exponent) == expected


def test_tiny_factors_are_zero_and_rounding_up_keeps_the_form():
    assert quant.quantize_multiplier(0.0) == (0, 0)
    assert quant.quantize_multiplier(2.0**-32) == (2**30, -31)
    assert quant.quantize_multiplier(2.0**-33) == (0, 0)
    assert quant.quantize_multiplier(1 - 2.0**-40) == (2**30, 1)
