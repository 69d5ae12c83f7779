# SPDX-License-Identifier: MIT
"""The oracles are right: each equals another implementation, byte for byte.

The other implementation is TensorFlow Lite Micro, its reference kernels, double rounding.
"""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ops import strategies
from tests.oracle import quant

tflm = pytest.importorskip("tests.tflm")

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


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_oracle_equals_tflm(family, data):
    case = data.draw(FAMILIES[family])
    (got,) = tflm.run(case.model, case.inputs)
    assert got.dtype == case.expected.dtype
    np.testing.assert_array_equal(got, case.expected, strict=True)


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1))
def test_high_mul_is_gemmlowps(a, b):
    nudged = a * b + (2**30 if a * b >= 0 else 1 - 2**30)
    expected = abs(nudged) // 2**31 * (1 if nudged >= 0 else -1)
    assert quant.srdhm(a, b) == min(expected, 2**31 - 1)


@given(st.integers(-(2**31), 2**31 - 1), st.integers(0, 31))
def test_divide_by_pot_is_gemmlowps(x, exponent):
    mask = (1 << exponent) - 1
    expected = (x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0))
    assert quant.rounding_divide_by_pot(x, exponent) == expected


def test_tiny_factors_are_zero_and_rounding_up_keeps_the_form():
    assert quant.quantize_multiplier(0.0) == (0, 0)
    assert quant.quantize_multiplier(2.0**-32) == (2**30, -31)
    assert quant.quantize_multiplier(2.0**-33) == (0, 0)
    assert quant.quantize_multiplier(1 - 2.0**-40) == (2**30, 1)
