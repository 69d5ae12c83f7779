# SPDX-License-Identifier: MIT
"""lstm: a long short-term memory. Streams are in test_streams.py."""
import numpy as np
import pytest
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies import recurrent
from tests.oracle import lstm
from tools.tflite_builder import ModelBuilder
from tinyml.errors import ModelError, UnsupportedError
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.schedule import encode


@thorough
@given(case=recurrent.lstm_cases())
def test_lstm(case):
    check_case(case)


def plain(b, x, **options):
    weights, biases = [np.ones((2, 2), np.int8)] * 4, [np.zeros(2, np.int32)] * 4
    return recurrent.add_lstm(b, x, weights, weights, biases, [(0.1, 0.1)] * 4, (1 / 128, 0),
                              options.pop("cell_scale", 2.0**-11), options)


def test_what_it_cannot_do_is_refused_by_name():
    for options, word in (({"cell_scale": 0.001}, "power of two"),
                          ({"TimeMajor": True}, "times, 1, channels"),
                          ({"DiagonalRecurrentTensors": True}, "diagonal")):
        b = ModelBuilder()
        model = b.finish([plain(b, b.input((1, 3, 2), 0.1), **options)])
        with pytest.raises(UnsupportedError, match=word):
            compile_model(model, "lstm")


def test_a_state_belongs_to_one_op():
    b = ModelBuilder()
    x = b.input((1, 3, 2), 0.1)
    y = plain(b, x)
    b.operators += b.operators[-1:]
    with pytest.raises(ModelError, match="its own"):
        compile_model(b.finish([y]), "lstm")


def test_scales_are_multiplied_in_double():
    """Biases where one int16 of a gate becomes the next. A cell is what that gate lets through."""
    tflm = pytest.importorskip("tests.tflm")
    rng, inputs = np.random.default_rng(1), [np.zeros((1, 1, 1), np.int8)]
    turns, open_gate = np.arange(-14, 14) + 0.5, np.full(28, 2**30, np.int32)
    weights, recurrents = [np.zeros((28, 1), np.int8)] * 4, [np.zeros((28, 28), np.int8)] * 4
    for a, w in np.float32(rng.uniform(0.001, 0.01, (4, 2)) * 2**-10):
        real = float(a) * float(w) / 2**-12
        bias = np.clip(np.rint(turns / real), -(2**30), 2**30).astype(np.int32)
        b = ModelBuilder()
        x = b.input((1, 1, 1), a)
        biases = [open_gate, open_gate, bias, open_gate]
        scales = [(w if gate == 2 else 1.0, 1.0) for gate in range(4)]
        model = b.finish([recurrent.add_lstm(b, x, weights, recurrents, biases, scales,
                                             (2.0**-15, 0), 2.0**-15, {})])
        (got,) = tflm.run(model, inputs)
        (expected,) = lstm.lstm([np.zeros((1, 1), np.int8)], weights, recurrents, biases,
                                scales=scales, in_quant=(a, 0), hidden_quant=(2.0**-15, 0),
                                cell_power=-15)
        np.testing.assert_array_equal(got[0], expected)
        with Model(encode(compile_model(model, "lstm").schedule)) as ours:
            assert bytes(ours.run(inputs[0].tobytes())) == got.tobytes()
