# SPDX-License-Identifier: MIT
"""svdf: filters over the last inputs. Streams of them are in test_streams.py."""
import numpy as np
import pytest
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies import recurrent
from tests.oracle.quant import (channel_multipliers, multiply_by_quantized_multiplier,
                                quantize_multiplier)
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.schedule import encode
from tools.tflite_builder import ModelBuilder


@thorough
@given(case=recurrent.svdf_cases())
def test_svdf(case):
    check_case(case)


def test_scales_are_multiplied_in_double():
    """Where the product of float32s would make another state, or another output, of one sum."""
    tflm = pytest.importorskip("tests.tflm")
    rng, inputs = np.random.default_rng(1), [np.full((1, 256), 127, np.int8)]
    for a, w in np.float32(rng.uniform(0.001, 0.01, (4, 2))):
        feature = rng.integers(-127, 128, (3000, 256)).astype(np.int8)
        sums = feature.astype(np.int64).sum(axis=1) * 127
        state = np.float32(np.abs(sums).max() * float(a) * float(w) / 32000)
        expected, single = (multiply_by_quantized_multiplier(sums, *factor) for factor in (
            channel_multipliers(a, [w], state), quantize_multiplier(float(a * w / state))))
        model = alone(feature, -single, a, (w, state, 1.0), state)
        check_bytes(tflm, model, inputs, expected - single)
        turns = np.arange(-120, 120) + 0.5
        real = float(a) * float(w) / 2.0**12
        bias = np.clip(np.rint(turns / real), -(2**30), 2**30).astype(np.int64)
        model = alone(np.zeros((240, 256), np.int8), bias, 1.0, (1.0, a, w), 2.0**12)
        expected = multiply_by_quantized_multiplier(bias, *channel_multipliers(a, [w], 2.0**12))
        check_bytes(tflm, model, inputs, expected)


def alone(feature, bias, in_scale, scales, out_scale):
    """Filters of one time, whose weight is 1."""
    b = ModelBuilder()
    x = b.input((1, feature.shape[1]), in_scale)
    time = np.ones((len(bias), 1), np.int16)
    return b.finish([recurrent.add_svdf(b, x, feature, time, bias.astype(np.int32), scales,
                                        (out_scale, 0))])


def check_bytes(tflm, model, inputs, expected):
    (got,) = tflm.run(model, inputs)
    np.testing.assert_array_equal(got.ravel(), expected)
    with Model(encode(compile_model(model, "svdf").schedule)) as ours:
        assert bytes(ours.run(inputs[0].tobytes())) == got.tobytes()
