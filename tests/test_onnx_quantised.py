# SPDX-License-Identifier: MIT
"""Quantised ONNX models in all ways of writing them, beside another implementation."""
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnxruntime")
from tests.onnx_builder import Builder, Scale, ints, reals  # noqa: E402  only where it is installed
from tests.onnx_runtime import families, run, run_here  # noqa: E402
from tinyml.importers import import_model  # noqa: E402
from tinyml.model import Model  # noqa: E402
from tinyml.passes import run_passes  # noqa: E402
from tinyml.pipeline import compile_model  # noqa: E402
from tinyml.schedule import encode  # noqa: E402

IN, OUT, WEIGHTS = Scale(0.05, 3), Scale(0.1, -5), Scale(0.01)


def quantised_net(qdq: bool) -> bytes:
    """The same net in both ways of writing."""
    weights, bias = ints(6, 3, 3, 3), 5 * ints(6).astype(np.int32)
    dense, b = ints(6, 4), Builder()
    x = b.input((1, 3, 8, 8), "uint8")
    start = Scale(0.05, 131, "uint8")
    middle, end = Scale(0.2, 7, "uint8"), Scale(0.6, 120, "uint8")
    scales = np.linspace(0.005, 0.02, 6, dtype=np.float32)
    units = np.float32(start.scale) * scales
    if qdq:
        x = b.node("DequantizeLinear", x, *b.scale(start))
        x = b.node("Conv", x, b.weights(weights, scales), b.weights(bias, units))
        x = b.requantised(x, middle)
        x = b.requantised(b.node("Add", x, x), middle)
        x = b.requantised(b.node("GlobalAveragePool", x), middle)
        x = b.node("Flatten", x)
        x = b.quantised(b.node("MatMul", x, b.weights(dense, 0.01)), end)
    else:
        x = b.node("QLinearConv", x, *b.scale(start), b.constant(weights), b.constant(scales),
                   b.constant(np.zeros(6, np.int8)), *b.scale(middle), b.constant(bias))
        x = b.node("QLinearAdd", x, *b.scale(middle), x, *b.scale(middle), *b.scale(middle),
                   domain="com.microsoft")
        x = b.node("QLinearGlobalAveragePool", x, *b.scale(middle), *b.scale(middle),
                   domain="com.microsoft", channels_last=0)
        x = b.node("Flatten", x)
        x = b.node("QLinearMatMul", x, *b.scale(middle), b.constant(dense), *b.scale(WEIGHTS),
                   *b.scale(end))
    b.output(x, "uint8")
    return b.finish()


@pytest.mark.parametrize("qdq", [True, False])
def test_both_ways_of_quantised_models(qdq):
    model, array = quantised_net(qdq), ints(1, 3, 8, 8).view(np.uint8)
    (wanted,) = run(model, {"input_0": array})
    got = run_here(import_model(model, "m"), array)
    assert np.abs(got.astype(int) - wanted).max() <= 2      # of four ops in a row
    found = families(model)
    assert found == ["quantize", "conv2d", "add", "mean", "reshape", "fully_connected",
                     "quantize"]


def test_weights_of_uint8_with_any_zero_point():
    b, first, middle, end = (Builder(), Scale(0.05, 131, "uint8"), Scale(1.5, 120, "uint8"),
                             Scale(9.0, 120, "uint8"))
    filters = [ints(*shape).view(np.uint8) for shape in ((6, 3, 3, 3), (6, 1, 3, 3), (6, 4))]
    zeros = [b.constant(np.uint8(zero)) for zero in (100, 0, 255)]
    scale, x = b.constant(np.float32(0.02)), b.input((1, 3, 8, 8), "uint8")
    x = b.node("QLinearConv", x, *b.scale(first), b.constant(filters[0]), scale, zeros[0],
               *b.scale(middle))
    x = b.node("QLinearConv", x, *b.scale(middle), b.constant(filters[1]), scale, zeros[1],
               *b.scale(end), group=6)
    x = b.node("QLinearGlobalAveragePool", x, *b.scale(end), *b.scale(end),
               domain="com.microsoft", channels_last=0)
    x = b.node("QLinearMatMul", b.node("Flatten", x), *b.scale(end), b.constant(filters[2]), scale,
               zeros[2], *b.scale(Scale(30.0, 120, "uint8")))
    b.output(x, "uint8")
    model, array = b.finish(), ints(1, 3, 8, 8).view(np.uint8)
    (wanted,) = run(model, {"input_0": array})
    assert np.ptp(wanted) > 9
    compiled = compile_model(model, "m")
    with Model(encode(compiled.schedule)) as ours:
        got = np.frombuffer(ours.run(array.transpose(0, 2, 3, 1).tobytes()), np.uint8)
    assert np.abs(got.astype(int) - wanted.ravel()).max() <= 2


def test_operators_on_bytes_of_other_makers():
    b, first, second = Builder(), Scale(0.05, 131, "uint8"), Scale(0.2, 7, "uint8")
    x, y = b.input((1, 5), "uint8"), b.input((1, 3), "uint8")
    x = b.node("QGemm", x, *b.scale(first), b.constant(ints(5, 4)), *b.scale(WEIGHTS),
               b.constant(5 * ints(4).astype(np.int32)), *b.scale(second), domain="com.microsoft")
    x = b.node("QLinearConcat", *b.scale(second), x, *b.scale(second), y, *b.scale(first), axis=1,
               domain="com.microsoft")
    x = b.node("QLinearMul", x, *b.scale(second), b.constant(
        np.uint8(200)), *b.scale(first), *b.scale(second), domain="com.microsoft")
    b.output(x, "uint8")
    model, arrays = b.finish(), [ints(1, 5).view(np.uint8), ints(1, 3).view(np.uint8)]
    (wanted,) = run(model, dict(zip(("input_0", "input_1"), arrays)))
    got = run_here(import_model(model, "m"), *arrays)
    assert np.abs(got.astype(int) - wanted).max() <= 4      # the last of three multiplies by 3.45


def test_weights_may_be_quantised_in_the_file_and_turned_behind():
    """As PyTorch writes a linear layer."""
    b = Builder()
    x = b.quantised_input((1, 5), IN)
    scale, zeros = b.constant(np.float32([0.01, 0.02, 0.03])), b.constant(np.zeros(3, np.int8))
    w = b.node("QuantizeLinear", b.constant(reals(3, 5)), scale, zeros, axis=0)
    w = b.node("Transpose", b.node("DequantizeLinear", w, scale, zeros, axis=0), perm=[1, 0])
    y = b.node("Add", b.constant(reals(3)), b.node("MatMul", x, w))
    b.output(b.quantised(y, OUT), "int8")
    model, array = b.finish(), ints(1, 5)
    got = run_here(import_model(model, "m"), array)
    assert np.abs(got.astype(int) - run(model, {"input_0": array})[0]).max() <= 1
    assert families(model) == ["fully_connected"]


def test_real_inputs_and_outputs_become_ports():
    """Also of a mean and a softmax whose outputs nobody quantised, and of a tensor that is read
    further."""
    b = Builder()
    x = b.requantised(b.input((1, 4, 5, 5)), IN)
    x = b.requantised(b.node("Conv", x, b.weights(ints(3, 4, 3, 3), 0.01)), OUT)
    x = b.node("Flatten", b.node("GlobalAveragePool", x))
    b.output(x)
    b.output(b.node("Softmax", x, axis=1))
    model, array = b.finish(), 3 * reals(1, 4, 5, 5)
    graph = import_model(model, "m")
    passed = run_passes(graph)
    assert [port.dtype for port in passed.inputs + passed.outputs] == ["float32"] * 3
    assert families(model) == ["conv2d", "mean", "reshape", "softmax"]
    logits, shares = run(model, {"input_0": array})
    assert np.abs(run_here(graph, array) - logits).max() <= 1.01 * OUT.scale
    graph = replace(graph, outputs=graph.outputs[1:])
    assert np.abs(run_here(graph, array) - shares).max() <= OUT.scale / 4 + 1 / 256


def test_a_zero_point_may_be_left_out():
    """Then it is 0: of the type of what is read, and of uint8 for what is written."""
    b = Builder()
    x = b.input((1, 5), "int8")
    x = b.node("DequantizeLinear", x, b.constant(np.float32(0.05)))
    w = b.node("DequantizeLinear", b.constant(ints(5, 3)), b.constant(np.float32(0.01)))
    y = b.node("QuantizeLinear", b.node("MatMul", x, w), b.constant(np.float32(0.02)))
    b.output(y, "uint8")
    model, array = b.finish(), ints(1, 5)
    got = run_here(import_model(model, "m"), array)
    assert np.abs(got.astype(int) - run(model, {"input_0": array})[0]).max() <= 1


def test_unsigned_weights_are_moved_where_they_fit():
    b = Builder()
    x = b.quantised_input((1, 5), IN)
    w = (ints(5, 3) // 2).astype(np.int16) + 140
    w = b.node("DequantizeLinear", b.constant(w.astype(np.uint8)), *b.scale(
        Scale(0.01, 140, "uint8")))
    b.output(b.quantised(b.node("MatMul", x, w), OUT), "int8")
    model, array = b.finish(), ints(1, 5)
    got = run_here(import_model(model, "m"), array)
    assert np.abs(got.astype(int) - run(model, {"input_0": array})[0]).max() <= 1
