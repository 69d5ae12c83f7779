# SPDX-License-Identifier: MIT
"""Channels that nobody needs go, and every byte of the outputs stays."""
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given

from tests.dead_graphs import dead_graphs
from tests.ops.check import thorough
from tests.shared import golden, model_file, needs_shared
from tools.tflite_builder import ModelBuilder
from tinyml import passes
from tinyml.importers import import_model
from tinyml.inputs import items_of, read_item, to_reals
from tinyml.ir import Border
from tinyml.model import Model
from tinyml.passes import merge_quantizes, remove_channels, run_passes
from tinyml.passes.channels import meets_padding
from tinyml.passes.constants import constant_channels
from tinyml.passes.record import products
from tinyml.pipeline import compile_model
from tinyml.schedule import encode

OLD = tuple(run for run in passes.PASSES if run not in (merge_quantizes, remove_channels))
WIDE, RGB = 6, 3
VWW = "mlperf_tiny/vww_96_int8"
PRODUCTS = {                                    # of the model, and of what is left of it
    VWW: (7_489_664, 3_776_880),
    "mlperf_tiny/pretrainedResnet_quant": (12_501_632, 12_501_632),
    "mlperf_tiny/kws_ref_model": (2_656_768, 2_656_768),
    "mcunet/tinyengine_vww": (11_578_816, 11_171_804),
    "mcunet/mcunet-320kb-1mb_imagenet": (81_785_520, 78_301_588),
    "tflm/person_detect": (7_157_888, 7_157_888),
    "wake_vision/wv_quality_mobilenetv2": (35_923_872, 35_908_184),
}


def answers(model, arrays):
    """The bytes of all outputs, for each input."""
    with Model(encode(compile_model(model, "m").schedule)) as opened:
        for array in arrays:
            opened.ports(0)[0].buffer[:] = array.tobytes()
            opened.run()
            yield [bytes(port.buffer) for port in opened.ports(1)]


def assert_same_bytes(model, shape):
    rng = np.random.default_rng(len(model))
    arrays = [rng.integers(-128, 128, shape).astype(np.int8) for _ in range(3)]
    with patch.object(passes, "PASSES", OLD):
        wanted = list(answers(model, arrays))
    assert list(answers(model, arrays)) == wanted


@thorough
@given(dead_graphs())
def test_every_byte_stays(drawn):
    assert_same_bytes(drawn.model, drawn.shape)


@thorough
@given(dead_graphs())
def test_constant_channels_hold_their_byte(drawn):
    graph = import_model(drawn.every, "m")
    known = constant_channels(graph)
    rng = np.random.default_rng(1)
    with patch.object(passes, "PASSES", OLD):
        for ran in answers(drawn.every, [rng.integers(-128, 128, drawn.shape).astype(np.int8)]):
            for port, raw in zip(graph.outputs, ran, strict=True):
                pixels = np.frombuffer(raw, np.int8).reshape(-1, port.tensor.hwc[2])
                for channel, byte in known[id(port.tensor)].items():
                    assert set(pixels[:, channel]) == {byte}


def chain(*makers, zero_point=-128):
    """A model of convolutions: (kernel, zeros as output channels, bias of these, output channels).
    Output channels None: depthwise."""
    b, rng = ModelBuilder(), np.random.default_rng(0)
    x = b.input((1, 5, 5, RGB), 0.05, zero_point)
    for kernel, dead, bias, outputs in makers:
        channels = outputs or x.shape[3]
        shape = (channels, kernel, kernel, x.shape[3]) if outputs else (1, kernel, kernel, channels)
        weights = rng.integers(1, 128, shape).astype(np.int8)
        numbers = rng.integers(-99, 99, channels).astype(np.int32)
        numbers[:dead] = bias
        weights[(slice(dead),) if outputs else (..., slice(dead))] = 0
        make = b.conv2d if outputs else b.depthwise_conv2d
        x = make(x, b.constant(weights, 0.003), b.constant(numbers, 0.00015),
                 out=(0.05, zero_point))
    return b.finish([x])


def widths(model):
    """Channels of every op's output."""
    return [op.output.hwc[2] for op in run_passes(import_model(model, "m")).ops]


@pytest.mark.parametrize("makers, wanted", [
    # what is equal to the zero point is what padding holds: it goes, through a depthwise as well
    ([(1, 2, 0, WIDE), (3, 0, 0, 4)], [4, 4]),
    ([(1, 2, 0, WIDE), (3, 6, 0, None), (1, 0, 0, 4)], [1, 1, 4]),
    ([(1, 2, 0, WIDE), (3, 0, 0, None), (1, 0, 0, 4)], [4, 4, 4]),
    # another byte goes where no window meets padding
    ([(1, 2, 9999, WIDE), (1, 0, 0, 4)], [4, 4]),
    ([(1, 2, 9999, WIDE), (3, 0, 0, 4)], [6, 4]),
    # up to 2^30, and where the sum wraps
    ([(1, 3, 2 ** 30, WIDE), (1, 2, -2 ** 30, WIDE), (1, 0, 0, 4)], [3, 4, 4]),
    # the last channel of a tensor stays, and the channels of ports
    ([(1, 6, 0, WIDE), (1, 0, 0, 4)], [1, 4]),
    ([(1, 6, 0, WIDE)], [6]),
])
def test_what_goes_and_what_stays(makers, wanted):
    model = chain(*makers)
    assert widths(model) == wanted
    assert_same_bytes(model, (1, 5, 5, RGB))


def test_constants_go_through_pools_and_borders():
    b, w = ModelBuilder(), np.full((3, 1, 1, 2), 50, np.int8)
    w[:2] = 0
    x = b.input((1, 4, 4, 2), 0.05, 5)
    bias = b.constant(np.array([-2**30, 0, 0], np.int32), 0.0005)
    y = b.conv2d(x, b.constant(w, 0.01), bias, out=(0.05, 5))
    y = b.max_pool(y, kernel=(2, 2), stride=(1, 1), out=(0.05, 5))
    high = b.max_pool(y, kernel=(2, 2), stride=(1, 1), activation="RELU", out=(0.05, 5))
    edge = b.pad(y, [[0, 0], [1, 0], [0, 0], [0, 0]])
    graph = import_model(b.finish([y, high, edge]), "m")
    known = constant_channels(graph)
    assert [known[id(port.tensor)] for port in graph.outputs] == [
        {0: -128, 1: 5}, {0: 5, 1: 5}, {1: 5}]


@pytest.mark.parametrize("pad, meets", [
    ((0, 0, 0, 0), False), ((1, 0, 0, 0), True), ((0, 1, 0, 0), True), ((0, 0, 1, 0), True),
    ((0, 0, 0, 1), True)])
def test_any_border_counts_as_padding(pad, meets):
    b = ModelBuilder()
    x = b.input((1, 5, 5, 1), 0.05, 5)
    b.conv2d(x, b.constant(np.ones((1, 2, 2, 1), np.int8), 0.01), padding="VALID", out=(0.05, 5))
    (op,) = import_model(b.finish([b.operators[-1].outputs[0]]), "m").ops
    assert not meets_padding(op)
    op = replace(op, pad=Border(*pad))
    height, width, _ = op.result()
    output = replace(op.output, shape=(1, height, width, 1))
    assert meets_padding(replace(op, output=output)) == meets


def test_what_meets_only_zeros_goes():
    b = ModelBuilder()
    x = b.input((1, 4, 4, 2), 0.05, 3)
    y = b.conv2d(x, b.constant(np.full((5, 3, 3, 2), 7, np.int8), 0.01), out=(0.05, 3))
    w = np.ones((2, 3, 3, 5), np.int8)
    w[..., :4] = 0
    model = b.finish([b.conv2d(b.relu(y, out=(0.02, -128)), b.constant(w, 0.01), out=(0.05, 3))])
    assert widths(model) == [1, 1, 2]
    assert_same_bytes(model, (1, 4, 4, 2))


def test_a_sum_keeps_what_one_reader_needs():
    b, w = ModelBuilder(), np.full((5, 1, 1, 4), 50, np.int8)
    w[:2] = 0
    x = b.input((1, 3, 3, 4), 0.05, 0)
    y = b.conv2d(x, b.constant(w, 0.01), out=(0.05, 0))
    both = b.add(y, b.conv2d(x, b.constant(w, 0.01), out=(0.05, 0)), out=(0.1, 0))
    ones = b.constant(np.ones((3, 1, 1, 5), np.int8), 0.01)
    alone = b.finish([b.conv2d(both, ones, out=(0.05, 0))])
    assert widths(alone) == [3, 3, 3, 3]
    assert widths(b.finish([b.conv2d(both, ones, out=(0.05, 0)), y])) == [5, 5, 5, 3]
    assert_same_bytes(alone, (1, 3, 3, 4))


@needs_shared
@pytest.mark.parametrize("name", PRODUCTS)
def test_real_models_do_less(name):
    imported = import_model(model_file(name).read_bytes(), name)
    assert (products(imported), products(run_passes(imported))) == PRODUCTS[name]


@needs_shared
def test_half_of_a_model_goes_and_every_vector_stays():
    file = encode(compile_model(model_file(VWW).read_bytes(), "vww").schedule)
    with Model(file) as model:
        port, out = model.ports(0)[0], model.ports(1)[0]
        for array, wanted in golden(VWW):
            got = to_reals(out, bytes(model.run(read_item(items_of(array, port)[0], port))))
            np.testing.assert_array_equal(got.reshape(wanted.shape), wanted, strict=True)
