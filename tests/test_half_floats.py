# SPDX-License-Identifier: MIT
"""Models that hold real numbers of 16 bits: they mean what the same in 32 bits does."""
import json

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402  only where it is installed

from tests.onnx_builder import Builder, Scale, ints, reals  # noqa: E402
from tests.onnx_nets import NETS  # noqa: E402
from tests.onnx_runtime import families, run_here  # noqa: E402
from tests.test_cli import succeeds  # noqa: E402
from tests.test_onnx_import import same_in_float  # noqa: E402
from tinyml.importers import import_model  # noqa: E402
from tinyml.quantize.floats import read_float_model  # noqa: E402
from tools.tflite_builder import ModelBuilder  # noqa: E402

HALF = TensorProto.FLOAT16
WEIGHTS = np.random.default_rng(1).normal(0, 1, (4, 1, 1, 3)).astype(np.float16)


def halved(model: bytes) -> bytes:
    """A model in float32 with all of it in float16."""
    proto = onnx.load_from_string(model)
    for tensor in proto.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            array = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    for value in (*proto.graph.input, *proto.graph.output):
        value.type.tensor_type.elem_type = HALF
    return proto.SerializeToString()


@pytest.mark.parametrize("name", ["mobilenet_v2", "gated"])
def test_a_model_in_float16_has_the_same_ops_and_nearly_the_same_weights(name):
    whole, half = (read_float_model(model, "m") for model in (NETS[name], halved(NETS[name])))
    assert [op.family for op in whole.ops] == [op.family for op in half.ops]
    assert half.inputs[0].dtype == half.outputs[0].dtype == "float32"
    for op, other in zip(whole.ops, half.ops):
        if getattr(op, "weights", None) is not None:
            assert other.weights.data.dtype == np.float32
            np.testing.assert_allclose(op.weights.data, other.weights.data, rtol=0.05, atol=0.01)


def test_weights_in_float16_are_cast():
    """As converters do that only make the file smaller."""
    b = Builder()
    x = b.input((1, 6))
    half = numpy_helper.from_array(reals(6, 4).astype(np.float16))
    b.nodes.append(helper.make_node("Constant", [], ["half"], value=half))
    w = b.node("Cast", "half", to=TensorProto.FLOAT)
    y = b.node("Cast", b.node("MatMul", x, w), to=TensorProto.DOUBLE)
    b.output(b.node("Cast", y, to=TensorProto.FLOAT))
    assert same_in_float(b.finish(), 1, 6) == ["fully_connected"]


def test_scales_in_float16_are_scales():
    b, array, half = Builder(21), ints(1, 5), np.float16(0.05)
    scale, zero = b.constant(half), b.constant(np.int8(3))
    x = b.node("DequantizeLinear", b.input((1, 5), "int8"), scale, zero)
    x = b.node("Cast", b.node("Relu", x), to=TensorProto.FLOAT)
    b.output(b.quantised(x, Scale(float(half), 3)), "int8")
    got = run_here(import_model(b.finish(), "m"), array)
    assert families(b.finish()) == ["relu"]
    assert np.array_equal(got, np.maximum(array, 3))


def test_a_packed_model_is_compared_with_one_in_float16(tmp_path):
    b = Builder()
    y = b.node("MatMul", b.requantised(b.input((1, 6)), Scale(0.05)), b.weights(ints(6, 4), 0.01))
    b.output(b.requantised(y, Scale(0.1)))
    for name, model in (("net", b.finish()), ("half", halved(b.finish()))):
        (tmp_path / f"{name}.onnx").write_bytes(model)
    np.save(tmp_path / "x.npy", reals(1, 6))
    told = json.loads(succeeds("diff", tmp_path / "net.onnx", "--input", tmp_path / "x.npy",
                               "--reference", tmp_path / "half.onnx", "--json"))
    assert len(told["ops"]) >= 2


def test_a_cast_to_integers_is_named():
    b = Builder()
    y = b.node("Cast", b.node("Cast", b.input((1, 5)), to=TensorProto.INT32), to=TensorProto.FLOAT)
    b.output(y)
    ops = import_model(b.finish(), "m").ops
    assert [op.label for op in ops] == ["Cast to int32", "Cast to float32"]


def half_tflite() -> bytes:
    b = ModelBuilder()
    x = b.input((1, 5, 4, 3), dtype="float32")
    w = b.dequantize(b.constant(WEIGHTS))
    return b.finish([b.op("CONV_2D", [x, w], (1, 5, 4, 4), None,
                          ("Conv2DOptions", {"StrideH": 1, "StrideW": 1}), dtype="float32")])


def test_a_tflite_file_with_weights_in_float16_is_quantised(tmp_path):
    (op,) = read_float_model(half_tflite(), "m").ops
    assert op.weights.data.dtype == np.float32 and np.array_equal(op.weights.data, WEIGHTS)
    (tmp_path / "x.tflite").write_bytes(half_tflite())
    np.save(tmp_path / "x.npy", reals(4, 5, 4, 3))
    succeeds("quantize", tmp_path / "x.tflite", "--data", tmp_path / "x.npy", "--ranges", "minmax")
