# SPDX-License-Identifier: MIT
"""binary: every kind against its oracle, and what it becomes."""
import numpy as np
import pytest
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies.pairs import pair_cases
from tools.tflite_builder import ModelBuilder
from tinyml.errors import UnsupportedError
from tinyml.pipeline import compile_model
from tinyml.plan import Options


@thorough
@given(case=pair_cases())
def test_binary_equals_oracle(case):
    check_case(case, "batch")


def steps_of(b, y, **options):
    return [(name, record["stage"]) for name, record in compile_model(
        b.finish([y]), "m", options=Options(**options)).schedule.steps]


def test_one_operand_that_decides_makes_a_table():
    b = ModelBuilder()
    x = b.input((1, 3, 4, 2), 0.1)
    y = b.op("MUL", [b.constant(np.int8([[[5]]]), 0.2), x], x.shape, (0.1, 3), ("MulOptions", {}))
    y = b.op("SQUARED_DIFFERENCE", [y, b.constant(np.int8(9), 0.1)], x.shape, (0.1, 3))
    assert steps_of(b, b.op("MUL", [y, y], x.shape, (0.2, 0), ("MulOptions", {}))) == [("lookup", 1)]


def test_constants_of_channels_stay_in_a_stage():
    b = ModelBuilder()
    wide, narrow = (b.constant(np.ones(shape, np.int8), 0.01) for shape in ((8, 3, 3, 2), (2, 3, 3, 8)))
    x = b.conv2d(b.input((1, 30, 30, 2), 0.1), wide, out=(0.1, 0))
    x = b.op("PRELU", [x, b.constant(np.int8([[range(8)]]), 0.2)], x.shape, (0.1, 3))
    steps = steps_of(b, b.conv2d(x, narrow, out=(0.1, 0)), stages="rings", goal="smallest")
    assert steps == [("conv2d", 3), ("binary", 0), ("conv2d", 0)]


@pytest.mark.parametrize("code, quants, first, words", [
    ("MAXIMUM", [(0.1, 0), (0.1, 1), (0.1, 0)], None, "must have one scale and zero point"),
    ("SUB", [(2.0 ** 20, 0), (0.1, 1), (1.0, 0)], None, "at most 2.19 times"),
    ("MUL", [(0.1, 0)] * 3, (3, 1, 1, 2), "the batch must be 1")])
def test_what_pairs_cannot_do_is_said(code, quants, first, words):
    b = ModelBuilder()
    operands = [b.input((1, 3, 4, 2), *quants[0]), b.input((1, 3, 4, 2), *quants[1])]
    if first:
        operands[0] = b.constant(np.ones(first, np.int8), 0.1, [0])
    shape = np.broadcast_shapes(*(tensor.shape for tensor in operands))
    options = (f"{code.title()}Options", {}) if code in ("MUL", "SUB") else ()
    with pytest.raises(UnsupportedError, match=words):
        steps_of(b, b.op(code, operands, shape, quants[2], options))
