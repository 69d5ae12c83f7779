# SPDX-License-Identifier: MIT
"""The oracles are right: each equals another implementation, byte for byte.

The other implementation is TensorFlow Lite Micro, its reference kernels, with double rounding.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ops import strategies
from tests.oracle import fully_connected, quant, relu, softmax
from tests.tflite_builder import ModelBuilder

pytest.importorskip("tflite_micro")
from tests import tflm  # noqa: E402  only where the other implementation is installed

FAMILIES = {
    "conv2d": strategies.conv2d_cases(),
    "depthwise_conv2d": strategies.depthwise_conv2d_cases(),
    "fully_connected": strategies.fully_connected_cases(),
    "average_pool": strategies.average_pool_cases(),
    "max_pool": strategies.max_pool_cases(),
    "mean": strategies.mean_cases(),
    "add": strategies.add_cases(),
    "pad": strategies.pad_cases(),
    "softmax": strategies.softmax_cases(),
    "quantize": strategies.quantize_cases(),
    "quantize_float": strategies.quantize_float_cases(),
    "dequantize": strategies.dequantize_cases(),
    "transpose": strategies.transpose_cases(),
    "reshape": strategies.reshape_cases(),
    "relu": strategies.relu_cases(),
}
INT32 = st.integers(-(2**31), 2**31 - 1)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_oracle_equals_tflm(family, data):
    case = data.draw(FAMILIES[family])
    (got,) = tflm.run(case.model, case.inputs)
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


def test_fully_connected_multiplies_one_scale_in_float32():
    rng = np.random.default_rng(1)
    bias, differ = np.zeros(255), False
    for in_scale, scale in np.float32(rng.uniform(0.001, 0.01, (20, 2))):
        factor = float(in_scale) * float(scale)
        bias = np.int32((np.arange(-127, 128) + 0.5) / factor)  # where the result turns
        mults, shifts = fully_connected.multipliers(in_scale, [scale], 1.0)
        expected = quant.requantize(bias, mults, shifts, 0)
        differ |= np.any(expected != quant.requantize(
            bias, *quant.channel_multipliers(in_scale, [scale], 1.0), 0))
        b = ModelBuilder()
        w = b.constant(np.zeros((len(bias), 1), np.int8), scale)
        y = b.fully_connected(b.input((1, 1), in_scale), w, b.constant(bias, factor),
                              out=(1.0, 0))
        (got,) = tflm.run(b.finish([y]), [np.zeros((1, 1), np.int8)])
        np.testing.assert_array_equal(got.ravel(), expected)
    assert differ, "doubles would have given the same"


def test_relu_divides_scales_in_float32():
    rng, x = np.random.default_rng(1), np.arange(-128, 128).astype(np.int8)[None]
    differ = 0
    for in_scale, out_scale in np.float32(rng.uniform(0.01, 0.02, (3000, 2))):
        real = quant.quantize_multiplier(float(in_scale) / float(out_scale))
        mult, shift = relu.multiplier(in_scale, out_scale)
        expected = relu.relu(x, in_zp=-128, out_zp=-128, mult=mult, shift=shift)
        if np.array_equal(
                expected, relu.relu(x, in_zp=-128, out_zp=-128, mult=real[0], shift=real[1])):
            continue
        differ += 1
        b = ModelBuilder()
        y = b.relu(b.input(x.shape, in_scale, -128), out=(out_scale, -128))
        np.testing.assert_array_equal(tflm.run(b.finish([y]), [x])[0], expected)
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
