# SPDX-License-Identifier: MIT
"""What an ONNX file may hold: the debris of exporters folds away, what is unsupported is named at
once, and no file ends in a bug."""
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper  # noqa: E402  only where it is installed

from tests.onnx_builder import Builder, Scale, ints, reals  # noqa: E402
from tests.onnx_nets import NETS  # noqa: E402
from tests.onnx_runtime import families, run  # noqa: E402
from tests.test_onnx_quantised import quantised_net  # noqa: E402
from tinyml import importers  # noqa: E402
from tinyml.errors import FitError, ModelError, UnsupportedError  # noqa: E402
from tinyml.importers import import_model  # noqa: E402
from tinyml.passes import run_passes  # noqa: E402
from tinyml.pipeline import compile_model  # noqa: E402
from tinyml.quantize.to_onnx import to_onnx  # noqa: E402

IN = Scale(0.05, 3)
def image(*shape, opset=13):
    b = Builder(opset)
    return b, b.input(shape)


def finish(b, value):
    b.output(value)
    return b.finish()


def refusal(model):
    """The one line with which a file is refused."""
    with pytest.raises(ModelError) as caught:
        compile_model(model, "m")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def same_in_float(model, *shape):
    """Asserts that the graph means what the model does; returns its families."""
    graph = run_passes(import_model(model, "m"))
    made, port, array = to_onnx(graph), graph.inputs[0], reals(*shape)
    (wanted,) = run(model, {"input_0": array})
    held = np.moveaxis(array, 1, -1) if port.channels_first else array
    names = [made.names[id(graph.outputs[0].tensor)]]
    (got,) = run(made.proto.SerializeToString(), {made.names[id(port.tensor)]: held}, names)
    np.testing.assert_allclose(got, wanted, atol=1e-5, rtol=1e-5)
    return [op.family for op in graph.ops]


# Debris of exporters


def test_arithmetic_on_shapes_folds_away():
    b, x = image("batch", 4, 3, 2)
    first = b.node("Gather", b.node("Shape", x), b.constant(np.int64(0)), axis=0)
    first = b.node("Unsqueeze", first, b.constant(np.int64([0])))
    shape = b.node("Concat", first, b.constant(np.int64([-1])), axis=0)
    flat = b.node("Reshape", x, b.node("Cast", shape, to=TensorProto.INT64))
    model = finish(b, b.node("Gemm", flat, b.constant(reals(24, 5))))
    assert same_in_float(model, 1, 4, 3, 2) == ["reshape", "fully_connected"]


def test_constants_are_computed():
    b, x = image(1, 6)
    turned = b.node("Transpose", b.constant(reals(5, 6)), perm=[1, 0])
    b.nodes.append(helper.make_node("Constant", [], ["two"], value_float=2.0))
    model = finish(b, b.node("MatMul", b.node("Dropout", b.node("Identity", x)),
                             b.node("Mul", turned, "two")))
    assert same_in_float(model, 1, 6) == ["fully_connected"]


def test_functions_are_written_out():
    b, x = image(1, 6)
    b.nodes.append(helper.make_node("Rectified", [x], ["y"], domain="ours"))
    proto = onnx.load_from_string(finish(b, b.node("Gemm", "y", b.constant(reals(6, 2)))))
    opsets = [helper.make_opsetid("", 13)]
    proto.opset_import.append(helper.make_opsetid("ours", 1))
    proto.functions.append(helper.make_function("ours", "Rectified", ["a"], ["b"], [
        helper.make_node("Relu", ["a"], ["b"])], opsets))
    assert families(proto.SerializeToString()) == ["relu", "fully_connected"]


@pytest.mark.parametrize("opset", [9, 11, 13, 18, 21])
def test_a_float_net_of_every_age(opset):
    """Convolution, batch normalisation, clamping, padding, pools, a residual."""
    b, x = image(1, 3, 9, 8, opset=opset)
    bounds = {"min": 0.0, "max": 6.0} if opset < 11 else {}
    ends = [] if bounds else [b.constant(np.float32(0)), b.constant(np.float32(6))]
    pads = [0, 0, 1, 1, 0, 0, 1, 1]
    x = b.node("Pad", x, pads=pads) if opset < 11 else b.node("Pad", x, b.constant(np.int64(pads)))
    x = b.node("Conv", x, b.constant(reals(4, 3, 3, 3)))
    x = b.node("BatchNormalization", x, *(b.constant(abs(reals(4)) + 0.5) for _ in range(4)))
    x = b.node("Clip", x, *ends, **bounds)
    y = b.node("Conv", x, b.constant(reals(4, 1, 3, 3)), b.constant(reals(4)), group=4,
               auto_pad="SAME_UPPER")
    y = b.node("Add", b.node("Relu", y), x)
    y = b.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2],
               **({"ceil_mode": 1} if opset > 9 else {}))
    y = b.node("AveragePool", y, kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    y = b.node("ReduceMean", y, *([] if opset < 18 else [b.constant(np.int64([2, 3]))]),
               **({"axes": [2, 3]} if opset < 18 else {}), keepdims=0)
    assert same_in_float(finish(b, b.node("Softmax", y, axis=1)), 1, 3, 9, 8) == [
        "conv2d", "depthwise_conv2d", "add", "max_pool", "depthwise_conv2d", "mean", "softmax"]


@pytest.mark.parametrize("name", NETS)
def test_nets_with_channels_first_need_no_transpose(name):
    (value,) = onnx.load_from_string(NETS[name]).graph.input
    shape = [dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim]
    assert same_in_float(NETS[name], *shape).count("transpose") == 0


# What is refused


def test_all_that_is_unsupported_is_listed_at_once():
    b = Builder()
    x = b.quantised_input((1, 4, 6, 6), IN)
    x = b.requantised(b.node("Hardmax", x), IN)
    y = b.weights(ints(4, 4, 3, 3), 0.01)
    x = b.requantised(b.node("Conv", x, y, strides=[300, 300]), IN)
    x = b.requantised(b.node("Pad", x, b.constant(np.int64([0, 0, 1, 1] * 2)), mode="reflect"), IN)
    b.output(b.quantised(x, IN), "int8")
    with pytest.raises(UnsupportedError) as caught:
        compile_model(b.finish(), "m")
    words = (("Hardmax `Hardmax_", "not supported"), ("conv2d `Conv_", "stride 300x300"), ("Pad by reflect", ""))
    assert len(caught.value.problems) == len(words)
    for line, (start, found) in zip(caught.value.problems, words):
        assert line.startswith(start) and found in line


def test_behind_an_unknown_operator_sizes_are_unknown_too():
    b, x = image(1, 4, 6, 6)
    x = b.node("Conv", b.node("Shiny", x, domain="com.microsoft"), b.constant(reals(4, 4, 3, 3)))
    with pytest.raises(UnsupportedError) as caught:
        compile_model(finish(b, x), "m")
    (line,) = caught.value.problems
    assert line.startswith("com.microsoft.Shiny `Shiny_0`: this operator is not supported")
    b, x = image(1, 4)
    assert "NonZero `NonZero_0`" in refusal(finish(b, b.node("Relu", b.node("NonZero", x))))


def test_only_the_batch_may_be_unknown():
    b, x = image("batch", 3, "height", 8)
    told = refusal(finish(b, b.node("Relu", x)))
    assert "`input_0` is batch x 3 x height x 8" in told and "--shape input_0=1,3,224,224" in told


@pytest.mark.parametrize("opset", [8, 99])
def test_operator_sets_have_limits(opset):
    b, x = image(1, 3, opset=opset)
    assert f"opset {opset}" in refusal(finish(b, b.node("Relu", x)))


def test_weights_in_another_file_are_told():
    b, x = image(1, 3)
    proto = onnx.load_from_string(finish(b, b.node("MatMul", x, b.constant(reals(3, 2)))))
    proto.graph.initializer[0].data_location = TensorProto.EXTERNAL
    assert "another file" in refusal(proto.SerializeToString())


def test_without_the_package_one_line_says_what_to_install():
    b, x = image(1, 3)
    model = finish(b, b.node("Relu", x))
    with patch.object(importers, "find_spec", return_value=None):
        assert "pip install tinyml-mpy[onnx]" in refusal(model)


def test_a_float_model_is_known_by_its_content():
    b, x = image(1, 3)
    model = finish(b, b.node("Relu", x))
    assert families(model) == ["relu"]
    for length in (20, 40, len(model) // 2):
        assert "damaged ONNX file" in refusal(model[:-length])


@st.composite
def damaged_models(draw):
    model = bytearray(quantised_net(draw(st.booleans())))
    if draw(st.booleans()):
        del model[draw(st.integers(0, len(model))):]
    for _ in range(draw(st.integers(1, 4))):
        if model:
            at = draw(st.integers(0, len(model) - 1))
            model[at] = draw(st.sampled_from([0, 1, 2, 4, 127, 128, 255]) | st.integers(0, 255))
    return bytes(model)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged_models())
def test_a_damaged_file_is_refused_or_compiles(model):
    try:
        compile_model(model, "m")
    except (ModelError, FitError) as error:
        assert str(error)
