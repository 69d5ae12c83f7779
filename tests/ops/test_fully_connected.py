# SPDX-License-Identifier: MIT
"""fully_connected: every kernel of the family against the oracle."""
import numpy as np
import pytest
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies.convolutions import fully_connected_cases
from tests.ops.strategies.unsigned import unsigned_fully_connected_cases
from tools.tflite_builder import ModelBuilder
from tinyml.pipeline import compile_model


@thorough
@given(case=fully_connected_cases())
def test_fully_connected_equals_oracle(case):
    check_case(case, "batch")


@thorough
@given(case=unsigned_fully_connected_cases())
def test_unsigned_fully_connected_equals_oracle(case):
    check_case(case)


@pytest.mark.parametrize("rows,zero_point,channels,last,skips", [
    (1, -128, 16, 1, 1), (1, -128, 16, 2, 0), (1, -127, 16, 1, 0), (2, -128, 16, 1, 0),
    (1, -128, 15, 1, 0)])
def test_inputs_may_be_left_out_of_one_pixel_and_small_weights(rows, zero_point, channels, last,
                                                               skips):
    """127 * 258 + 1 is 32767."""
    weights = np.full((channels, 260), 127, np.int8)
    weights[:, -2:] = 0, last
    weights[1] *= -1
    b = ModelBuilder()
    x = b.input((rows, 260), 1.0, zero_point)
    y = b.fully_connected(x, b.constant(weights, 0.0001), out=(1.0, -128))
    ((_, step),) = compile_model(b.finish([y]), "net").schedule.steps
    assert step["skips"] == skips
