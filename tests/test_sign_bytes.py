# SPDX-License-Identifier: MIT
"""Models of uint8: the same bytes as those of int8, 128 higher; and what their weights cost."""
import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.ops.check import check_case
from tests.ops.draw import Case
from tests.ops.strategies import CASES
from tests.ops.unsigned import as_unsigned
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.plan import Options
from tinyml.schedule import encode
from tools.tflite_builder import ModelBuilder

UINT8 = {"dtype": "uint8"}
# Sums have weights with a zero point, and what stands behind them rounds another way than for int8
# (strategies/unsigned.py), or has no uint8.
OTHERWISE = {"conv2d", "grouped_conv2d", "depthwise_conv2d", "dilated_by_batches", "transpose_conv",
             "fully_connected", "average_pool", "resize_bilinear", "sigmoid", "quantize_float",
             "dequantize", "svdf", "lstm", "rsqrt"}
ALIKE = [name for name in CASES if name not in OTHERWISE and not name.startswith("unsigned")]


@pytest.mark.parametrize("family", ALIKE)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_bytes_are_those_of_int8(family, data):
    check_case(as_unsigned(data.draw(CASES[family]())), "axis", "batch", "constant", "scale")


@pytest.mark.parametrize("family", [name for name in ALIKE if name != "relu"])
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_bytes_are_those_of_tensorflow_lite(family, data):
    litert = pytest.importorskip("tests.litert")
    case = as_unsigned(data.draw(CASES[family]()))
    try:
        (got,) = litert.run(case.model, case.inputs)
    except (RuntimeError, ValueError):          # squared differences, ABS, ELU: no such kernel
        reject()
    np.testing.assert_array_equal(got, case.expected, strict=True)


def net(rng, low, high, channels=(3, 16, 32)):
    """Two blocks of a depthwise-separable network and its classes; weights are low ... high."""
    def weights(*shape):
        data = rng.normal((low + high) / 2, (high - low) / 12, shape)
        data.flat[:2] = low, high
        return b.constant(np.clip(np.rint(data), 0, 255).astype(np.uint8), 0.02, [131])

    def convolved(code, x, w, size, scale, **more):
        bias = b.constant(rng.integers(-500, 500, size).astype(np.int32), x.quant[0] * 0.02)
        options = {"StrideH": 1, "StrideW": 1, "FusedActivationFunction": 3}
        return b.op(code, [x, w, bias], (1, 12, 12, size), (scale, 0),
                    ({"CONV_2D": "Conv2DOptions"}.get(code, "DepthwiseConv2DOptions"),
                     options | more), **UINT8)
    b = ModelBuilder()
    x = b.input((1, 12, 12, channels[0]), 1 / 128, 128, "uint8")
    for before, size in zip(channels, channels[1:]):
        x = convolved("DEPTHWISE_CONV_2D", x, weights(1, 3, 3, before), before, 0.0235,
                      DepthMultiplier=1)
        x = convolved("CONV_2D", x, weights(size, 1, 1, before), size, 0.0235)
    x = b.op("AVERAGE_POOL_2D", [x], (1, 1, 1, channels[-1]), x.quant,
             ("Pool2DOptions", {"Padding": 1, "StrideH": 12, "StrideW": 12, "FilterHeight": 12,
                                "FilterWidth": 12}), **UINT8)
    x = b.reshape(x, (1, channels[-1]))
    bias = b.constant(np.arange(10, dtype=np.int32), x.quant[0] * 0.02)
    x = b.op("FULLY_CONNECTED", [x, weights(10, channels[-1]), bias], (1, 10), (0.05, 128),
             ("FullyConnectedOptions", {}), **UINT8)
    x = b.op("SOFTMAX", [x], (1, 10), (1 / 256, 0), ("SoftmaxOptions", {"Beta": 1.0}), **UINT8)
    return b.finish([x])


@pytest.mark.parametrize("low, high", [(10, 250), (0, 255)])
def test_a_whole_model_gives_the_bytes_of_tensorflow_lite(low, high):
    litert = pytest.importorskip("tests.litert")
    rng = np.random.default_rng(low)
    model = net(rng, low, high)
    for _ in range(3):
        image = rng.integers(0, 256, (1, 12, 12, 3)).astype(np.uint8)
        check_case(Case(model, (image,), litert.run(model, [image])[0]))


def test_ports_are_uint8_and_a_camera_s_bytes_are_taken():
    compiled = compile_model(net(np.random.default_rng(0), 10, 250), "net")
    assert [port.dtype for port in compiled.graph.inputs + compiled.graph.outputs] == ["uint8"] * 2
    with Model(encode(compiled.schedule)) as model:
        assert model.input_dtype == model.output_dtype == ("uint8",)
        assert sum(model.run(bytes(range(256)) + bytes(176))) in range(240, 270)


def test_a_quantize_at_the_border_stays_one_lookup():
    b = ModelBuilder()
    x = b.quantize(b.input((1, 4), 0.1, 128, "uint8"), out=(0.2, 3))
    x = b.quantize(b.relu(x), out=(0.3, 128), dtype="uint8")
    steps = compile_model(b.finish([x]), "border").schedule.steps
    assert [name for name, _ in steps] == ["lookup"]


def steps_of(low, high):
    compiled = compile_model(net(np.random.default_rng(1), low, high), "net",
                             options=Options(stages="single"))
    return compiled, [name for name, _ in compiled.schedule.steps]


def test_weights_that_fit_cost_nothing():
    compiled, steps = steps_of(10, 250)
    assert compiled.executed_macs == compiled.macs
    assert "depthwise_wide" not in steps and "concatenation" not in steps


def test_a_few_weights_that_do_not_fit_cost_little():
    compiled, steps = steps_of(0, 250)          # one in each op
    assert compiled.macs < compiled.executed_macs < 1.5 * compiled.macs
    assert steps.count("depthwise_wide") == 2 and steps.count("concatenation") == 3


def test_at_worst_there_are_three_times_the_products():
    rng, b = np.random.default_rng(2), ModelBuilder()
    w = b.constant(rng.integers(0, 256, (8, 1, 1, 8)).astype(np.uint8), 0.02, [0])
    bias = b.constant(np.zeros(8, np.int32), 0.002)
    y = b.op("CONV_2D", [b.input((1, 4, 4, 8), 0.1, 7, "uint8"), w, bias], (1, 4, 4, 8), (9.0, 4),
             ("Conv2DOptions", {"StrideH": 1, "StrideW": 1}), **UINT8)
    compiled = compile_model(b.finish([y]), "wide")
    assert compiled.executed_macs <= 3 * compiled.macs
