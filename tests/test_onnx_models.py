# SPDX-License-Identifier: MIT
"""Real ONNX models: float ones give what another implementation gives, quantised ones do so op by
op, within one step of each scale."""
from dataclasses import replace

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from tests.onnx_runtime import alone, run, run_here, values  # noqa: E402  only where it is installed
from tests.shared import SHARED, model_file, needs_shared  # noqa: E402
from tinyml.importers import import_model  # noqa: E402
from tinyml.ir import Tensor  # noqa: E402
from tinyml.ops.transpose import Transpose  # noqa: E402
from tinyml.passes import run_passes  # noqa: E402
from tinyml.quantize.compare import ends  # noqa: E402
from tinyml.quantize.executor import Executor  # noqa: E402
from tinyml.quantize.to_onnx import to_onnx  # noqa: E402

pytestmark = needs_shared
FLOAT = ("alibaba/model_kws", "alibaba/model_vww", "magic_wand/model",
         "mlonmcu/micro_kws_m_static_fp32")
QUANTISED = "mlonmcu/micro_kws_m_static_qdq"
TWIN = "mlonmcu/micro_kws_m_quantized"


def content(name):
    return (SHARED / "models" / f"{name}.onnx").read_bytes()


@pytest.fixture(scope="module")
def quantised():
    return run_passes(import_model(content(QUANTISED), "m"))


@pytest.mark.parametrize("name", FLOAT)
def test_a_float_model_keeps_its_meaning(name):
    model, rng = content(name), np.random.default_rng(1)
    imported = import_model(model, "m")
    passed = run_passes(imported)
    assert not any(isinstance(op, Transpose) for op in passed.ops)
    image = rng.normal(0, 3, imported.inputs[0].shape).astype(np.float32)
    (wanted,) = run(model, {imported.inputs[0].tensor.name: image})
    for graph in (imported, passed):
        made, port = to_onnx(graph), graph.inputs[0]
        given = np.moveaxis(image, 1, -1) if port.channels_first else image
        names = [made.names[id(graph.outputs[0].tensor)]]
        (got,) = run(made.proto.SerializeToString(), {made.names[id(port.tensor)]: given}, names)
        np.testing.assert_allclose(got, wanted, atol=1e-5 * np.abs(wanted).max())


def test_every_op_of_a_quantised_model_is_within_one_step(quantised):
    """Each gets the inputs that it has there, so that differences do not add up."""
    rng, compared, model = np.random.default_rng(2), 0, biases_in_sums(content(QUANTISED))
    for scale in (0.3, 1, 3):
        image = rng.normal(0, scale, (1, 1960)).astype(np.float32)
        known = values(model, {"serving_default_input:0": image})
        for op in quantised.ops:
            given = [as_held(known[tensor.name], tensor) for tensor in op.inputs]
            got = run_here(alone(op), *given)
            wanted = known.setdefault(op.output.name, got)
            if wanted is not got:
                compared += 1
                difference = got.astype(int) - as_held(wanted, op.output)
                assert np.abs(difference).max() <= 1, op.name
    assert compared == 3 * 13


def biases_in_sums(model):
    """The model without rounding between a MatMul and the Add of its bias, which are one op here."""
    proto = onnx.load_from_string(model)
    nodes = {node.output[0]: node for node in proto.graph.node}
    for add in proto.graph.node:
        if add.op_type == "Add":
            rounded = nodes[nodes[add.input[0]].input[0]]
            assert rounded.op_type == "QuantizeLinear" and rounded.input[0] in nodes
            add.input[0] = rounded.input[0]
    return proto.SerializeToString()


def as_held(array, tensor):
    """An array of the model in the order of axes of our tensor."""
    if array.dtype == np.float32:               # the input, which the first op reads as bytes
        array = np.rint(array / np.float32(tensor.quant.scale)) + tensor.quant.zero_point
        array = np.clip(array, -128, 127).astype(np.int8)
    moved = np.moveaxis(array, 1, -1)
    return (moved if moved.shape == tensor.shape else array).reshape(tensor.shape)


def test_a_quantised_model_has_the_ops_of_its_twin(quantised):
    """The .tflite of the same network, calibrated otherwise: so scales differ, ops do not."""
    twin = twin_graph()
    assert quantised.inputs[0].dtype == quantised.outputs[0].dtype == "float32"
    shapes, wanted = ([(op.family, op.output.shape) for op in computing(graph)]
                      for graph in (quantised, twin))
    assert shapes == wanted
    for op, other in zip(with_weights(quantised), with_weights(twin), strict=True):
        ours, theirs = reals(op), reals(other)
        assert np.abs(ours - theirs).max() <= op.weights.quant.scale


def test_ops_of_both_files_differ_by_a_step_and_by_what_their_scales_do(quantised):
    """Ranges of the two differ by up to 15 times. On the same real numbers, each op is within half a
    step of what it computes in float32 on the numbers as it holds them; so without the effect of
    scales, which is the difference of those two, the files agree within one step of the coarser."""
    rng = np.random.default_rng(1)
    for pair in zip(computing(quantised), computing(twin_graph()), strict=True):
        coarser = max(op.output.quant.scale for op in pair)
        common, values = np.array([ends(op.input) for op in pair]), set()
        for share in (0.02, 0.1, 0.5, 1):
            numbers = rng.uniform(common[:, 0].max(), common[:, 1].min(), pair[0].input.shape)
            numbers *= share * (rng.random(numbers.shape) < 2 * share)      # or else most are cut off
            found = [beside_real(op, in_bytes(numbers, op.input)) for op in pair]
            errors = [got - wanted for got, wanted in found]
            for op, error in zip(pair, errors):
                assert np.abs(error).max() <= 0.55 * op.output.quant.scale  # rounded twice
            assert np.abs(errors[0] - errors[1]).max() <= coarser
            values |= {*np.unique(found[0][0])}
        assert len(values) > 8, pair[0].name


def twin_graph():
    return run_passes(import_model(model_file(TWIN).read_bytes(), "m"))


def computing(graph):
    return [op for op in graph.ops if op.family not in ("reshape", "quantize")]


def in_bytes(numbers, tensor):
    held = np.rint(numbers / tensor.quant.scale) + tensor.quant.zero_point
    return np.clip(held, -128, 127).astype(np.int8)


def beside_real(op, given):
    """What the bytes of an op's output stand for, and what it gives in float32, cut off likewise."""
    units = op.input.quant.scale * np.float64(op.weights.quant.scales) if hasattr(op, "weights") else 0
    values = {name: replace(tensor, dtype="float32", quant=None) for name, tensor in vars(op).items()
              if isinstance(tensor, Tensor)}
    if hasattr(op, "weights"):
        values["weights"] = replace(values["weights"], data=np.float32(reals(op)))
        values["bias"] = replace(values["bias"], data=np.float32(op.bias.data.ravel() * units))
    real = replace(op, **values)
    numbers = op.input.quant.scale * (given.astype(np.float64) - op.input.quant.zero_point)
    wanted = Executor(alone(real)).run([numbers])[id(real.output)]
    quant, got = op.output.quant, run_here(alone(op), given).astype(np.float64)
    return quant.scale * (got - quant.zero_point), np.clip(wanted, *ends(op.output))


def with_weights(graph):
    return [op for op in graph.ops if hasattr(op, "weights")]


def reals(op):
    """The weights of an op as real numbers."""
    data, scales = op.weights.data, np.array(op.weights.quant.scales)
    return data * scales.reshape(-1, *[1] * (data.ndim - 1))
