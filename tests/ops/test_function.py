# SPDX-License-Identifier: MIT
"""function: the table of every curve against the oracle, all bytes and all scales."""
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("onnx")
from tests.onnx_builder import Builder, Scale  # noqa: E402  only where it is installed
from tests.oracle import function as oracle  # noqa: E402
from tinyml.errors import UnsupportedError  # noqa: E402
from tinyml.importers import import_model  # noqa: E402
from tinyml.model import Model  # noqa: E402
from tinyml.ops.function import Function  # noqa: E402
from tinyml.passes import run_passes  # noqa: E402
from tinyml.pipeline import compile_model  # noqa: E402
from tinyml.schedule import encode  # noqa: E402

EVERY = np.arange(-128, 128, dtype=np.int8).reshape(1, 4, 8, 8)
CURVES = {
    "HardSigmoid": (dict(alpha=0.25, beta=0.4), lambda x: np.clip(x / 4 + np.float32(0.4), 0, 1)),
    "Exp": ({}, np.exp), "Log": ({}, np.log), "Sqrt": ({}, np.sqrt), "Neg": ({}, np.negative),
    "Reciprocal": ({}, np.reciprocal), "Sin": ({}, np.sin), "Floor": ({}, np.floor),
    "Softsign": ({}, lambda x: x / (1 + abs(x))), "Sign": ({}, np.sign),
}
scales = st.tuples(st.floats(-6, 3).map(lambda power: float(np.float32(2 ** power))),
                   st.integers(-128, 127))


def quantised(kind, given, made, **attributes):
    b = Builder(20)
    x = b.quantised_input(EVERY.shape, Scale(*given))
    b.output(b.quantised(b.node(kind, x, **attributes), Scale(*made)), "int8")
    return b.finish()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(CURVES)), scales, scales)
def test_function_equals_oracle(kind, given, made):
    attributes, of = CURVES[kind]
    schedule = compile_model(quantised(kind, given, made, **attributes), "m").schedule
    assert [name for name, _ in schedule.steps] == ["lookup"]
    with np.errstate(all="ignore"):
        wanted = oracle.function(EVERY, of, scale=given[0], zero_point=given[1], out_scale=made[0],
                                 out_zp=made[1])
    with Model(encode(schedule)) as model:
        got = np.frombuffer(bytes(model.run(EVERY.tobytes())), np.int8)
    # Another order of float32 operations may fall on the other side of a half.
    different = np.abs(got.astype(int) - wanted.ravel())
    assert different.max() <= 1 and np.count_nonzero(different) <= 3


def gates(b, x):
    """What exporters write for silu, hard swish, gelu, relu6 of x + 3, and mish."""
    def number(value):
        return b.constant(np.float32(value))
    three = b.node("Clip", b.node("Add", x, number(3)), number(0), number(6))
    erf = b.node("Add", number(1), b.node("Erf", b.node("Div", x, number(2 ** 0.5))))
    yield b.node("Mul", x, b.node("Sigmoid", x))
    yield b.node("Mul", b.node("HardSigmoid", x, alpha=1 / 6, beta=0.5), x)
    yield b.node("Mul", b.node("Mul", x, erf), number(0.5))
    yield b.node("Div", b.node("Mul", x, three), number(6))
    yield b.node("Mul", x, b.node("Tanh", b.node("Softplus", x)))


def families(b, y):
    b.output(y)
    return [op.family for op in run_passes(import_model(b.finish(), "m")).ops]


@pytest.mark.parametrize("number", range(5))
def test_what_meets_again_is_one_function(number):
    b = Builder()
    y = list(gates(b, b.input(EVERY.shape)))[number]
    assert families(b, y) == ["function"]
    b = Builder()
    y = list(gates(b, b.node("Relu", list(gates(b, b.input(EVERY.shape)))[number])))[number]
    assert families(b, y) == ["function"]


def test_what_somebody_else_reads_is_no_part_of_a_function():
    b = Builder()
    x = b.node("Relu", b.input(EVERY.shape))
    y = b.node("Mul", x, b.node("Sigmoid", x))
    assert families(b, b.node("Concat", x, y, axis=1)) == ["relu", "function", "concatenation"]
    b = Builder()
    x = b.input(EVERY.shape)
    gate = b.node("Sigmoid", x)
    b.output(gate)
    assert families(b, b.node("Mul", x, gate)) == ["unary", "binary"]


def test_two_functions_share_what_they_begin_with():
    b = Builder()
    x = b.node("Abs", b.input(EVERY.shape))
    b.output(b.node("Exp", x))
    graph = run_passes(import_model((b.output(b.node("Sqrt", x)), b.finish())[1], "m"))
    reals = np.float32([-4, 0, 9])
    assert [type(op) for op in graph.ops] == [Function] * 2
    exp, root = (op.of(reals) for op in graph.ops)
    np.testing.assert_allclose(exp, np.exp(np.abs(reals)), rtol=1e-6)
    np.testing.assert_allclose(root, [2, 0, 3])


def test_bytes_between_two_scales_are_rounded_as_the_model_says():
    b, scale = Builder(), Scale(0.5, 3)
    x = b.quantised_input(EVERY.shape, scale)
    y = b.node("Mul", x, b.requantised(b.node("Sigmoid", x), Scale(1 / 256, -128)))
    b.output(b.quantised(y, scale), "int8")
    found = [op.family for op in run_passes(import_model(b.finish(), "m")).ops]
    assert found == ["unary", "binary"]


def test_a_function_of_several_numbers_is_refused():
    b = Builder()
    x = b.quantised_input(EVERY.shape, Scale(0.5))
    y = b.node("Pow", x, b.constant(np.float32([1, 2, 3, 4, 5, 6, 7, 8])))
    b.output(b.quantised(y, Scale(0.5)), "int8")
    with pytest.raises(UnsupportedError, match="Pow of more than one number"):
        compile_model(b.finish(), "m")
