# SPDX-License-Identifier: MIT
"""unary: every function against its oracle, and chains of tables."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.check import check_case, thorough
from tests.ops.strategies import unary, unsigned
from tests.oracle import unary as oracle
from tests.oracle.quant import scale_ratio
from tests.oracle.quantize import quantize
from tools.tflite_builder import ModelBuilder
from tinyml.errors import UnsupportedError
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.schedule import encode

EVERY = np.arange(-128, 128, dtype=np.int8).reshape(1, 256)


@thorough
@given(case=st.one_of(unary.sigmoid_cases(), unary.function_cases(), unary.rsqrt_cases(),
                      unsigned.unsigned_sigmoid_cases()))
def test_unary_equals_oracle(case):
    check_case(case, "batch", "ratio")


def steps_of(b, *outputs):
    schedule = compile_model(b.finish(outputs), "chain").schedule
    return schedule, [name for name, _ in schedule.steps]


def test_functions_in_a_row_are_one_table():
    b = ModelBuilder()
    x = b.quantize(b.input(EVERY.shape, 0.1, 5), out=(0.3, -20))
    y = b.op("LOGISTIC", [b.op("TANH", [x], x.shape, (1 / 128, 0))], x.shape, (1 / 256, -128))
    schedule, steps = steps_of(b, b.quantize(y, out=(1 / 256, 0), dtype="uint8"))
    assert steps == ["lookup"]
    mult, shift = scale_ratio(0.1, 0.3)
    inner = quantize(EVERY, in_zp=5, out_zp=-20, mult=mult, shift=shift)
    tanh = oracle.tanh(inner, 0.3, -20)
    wanted = oracle.logistic(tanh, 1 / 128, 0).astype(int) + 128
    with Model(encode(schedule)) as model:
        assert bytes(model.run(EVERY.tobytes())) == wanted.astype(np.uint8).tobytes()


def test_what_somebody_else_reads_stays():
    b = ModelBuilder()
    x = b.op("TANH", [b.input(EVERY.shape, 0.1)], EVERY.shape, (1 / 128, 0))
    y = b.op("LOGISTIC", [x], x.shape, (1 / 256, -128))
    assert steps_of(b, x, y)[1] == ["lookup", "lookup"]


def test_what_is_an_output_under_another_shape_stays():
    b = ModelBuilder()
    x = b.op("TANH", [b.input(EVERY.shape, 0.1)], EVERY.shape, (1 / 128, 0))
    y = b.op("LOGISTIC", [x], x.shape, (1 / 256, -128))
    assert steps_of(b, b.reshape(x, (1, 16, 16)), y)[1] == ["lookup", "lookup"]


@pytest.mark.parametrize("code, scale, zero_point, out, words", [
    ("LOGISTIC", 0.1, 0, (1 / 256, 0), "scale 1/256 and zero point -128"),
    ("TANH", 0.1, 0, (1 / 64, 0), "tanh 1/128 and 0"),
    ("TANH", 2.0 ** -21, 0, (1 / 128, 0), "scales from 2"),
    ("HARD_SWISH", 0.5, 0, (1 / 256, 0), "less than 128 times"),
    ("RSQRT", 4.0, -128, (512.0, 0), "less than 2"),
    ("RSQRT", 0.1, -127, (0.1, 0), "no roots below 0")])
def test_what_functions_cannot_do_is_said(code, scale, zero_point, out, words):
    b = ModelBuilder()
    x = b.input(EVERY.shape, scale, zero_point)
    with pytest.raises(UnsupportedError, match=words) as error:
        steps_of(b, b.op(code, [x], x.shape, out))
    assert str(error.value).startswith(code.lower())
