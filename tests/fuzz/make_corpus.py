# SPDX-License-Identifier: MIT
"""Writes the seeds of the fuzzer: one tiny schedule per family, and some with stages.

    .venv/bin/python -m tests.fuzz.make_corpus
"""
from pathlib import Path

import numpy as np

from tests.ops.strategies.recurrent import add_lstm, add_svdf
from tools.tflite_builder import ModelBuilder
from tinyml.pipeline import compile_model
from tinyml.plan import Options
from tinyml.schedule import encode

CORPUS = Path(__file__).parent / "corpus"
Q = (0.05, 3)
OTHER = (0.07, -9)


def weights(b, shape, axis=0):
    """Constant int8 weights with a scale per output channel."""
    array = (np.arange(np.prod(shape)) % 255 - 127).astype(np.int8).reshape(shape)
    return b.constant(array, [0.01 * (1 + i % 3) for i in range(shape[axis])], axis=axis)


def bias(b, size):
    """Constant int32 biases."""
    return b.constant(np.arange(size, dtype=np.int32) * 40 - 100, 0.0005)


def image():
    """A builder and its input."""
    b = ModelBuilder()
    return b, b.input((1, 5, 4, 3), *Q)


def families():
    """name -> a builder and its output."""
    b, x = image()
    yield "conv2d", b, b.conv2d(x, weights(b, (4, 3, 3, 3)), bias(b, 4), stride=(2, 1), out=OTHER)
    b, x = image()
    yield "depthwise_conv2d", b, b.depthwise_conv2d(x, weights(b, (1, 3, 2, 6), 3), bias(b, 6),
                                                    out=OTHER)
    b = ModelBuilder()
    x = b.input((1, 5, 4, 3), 0.05, 131, "uint8")
    w = b.constant(np.arange(36, dtype=np.uint8).reshape(1, 3, 2, 6) * 7, 0.01, [131])
    options = {"StrideH": 1, "StrideW": 1, "DepthMultiplier": 2}
    yield "depthwise_wide", b, b.op("DEPTHWISE_CONV_2D", [x, w, bias(b, 6)], (1, 5, 4, 6),
                                    (0.07, 119), ("DepthwiseConv2DOptions", options),
                                    dtype="uint8")
    b, x = image()
    w = b.constant(np.ones((7, 60), np.int8), 0.01)
    yield "fully_connected", b, b.fully_connected(b.reshape(x, (1, 60)), w, out=OTHER)
    b = ModelBuilder()
    yield "skips", b, b.fully_connected(b.input((1, 8), Q[0], -128), weights(b, (19, 8)),
                                        bias(b, 19), out=OTHER)
    b, x = image()
    yield "average_pool", b, b.average_pool(x, kernel=(3, 2), stride=(2, 2), padding="SAME")
    b, x = image()
    yield "max_pool", b, b.max_pool(x, kernel=(2, 2), stride=(1, 2))
    b, x = image()
    yield "mean", b, b.mean(x, (1, 2), out=OTHER)
    b, x = image()
    yield "pad", b, b.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]])
    b, x = image()
    yield "softmax", b, b.softmax(x)
    b, x = image()
    yield "quantize", b, b.quantize(x, out=OTHER)
    b, x = image()
    yield "transpose", b, b.transpose(x, (0, 3, 1, 2))
    b, x = image()
    y = b.conv2d(x, weights(b, (3, 1, 1, 3)), bias(b, 3), out=OTHER)
    z = b.add(x, y, activation="RELU", out=Q)
    yield "add", b, b.softmax(b.mean(z, (1, 2), out=OTHER))
    yield from others()


def others():
    """Families that convolutional nets can do without."""
    b, x = image()
    yield "resize", b, b.resize("Bilinear", x, (7, 3), half_pixel_centers=True)
    b = ModelBuilder()
    x = b.input((1, 4, 6, 3), *Q)
    x = b.op("SPACE_TO_DEPTH", [x], (1, 2, 3, 12), Q, ("SpaceToDepthOptions", {"BlockSize": 2}))
    yield "depth_to_space", b, b.op("DEPTH_TO_SPACE", [b.relu(x, out=OTHER)], (1, 4, 6, 3), OTHER,
                                    ("DepthToSpaceOptions", {"BlockSize": 2}))
    b, x = image()
    y = b.op("LOGISTIC", [b.mean(x, (1, 2), keep_dims=True, out=OTHER)], (1, 1, 1, 3), (1 / 256, -128))
    y = b.op("MUL", [x, y], x.shape, Q, ("MulOptions", {}))
    y = b.op("SUB", [y, b.constant(np.int8([[9, 8, 7]]), 0.1, [5])], x.shape, OTHER,
             ("SubOptions", {"FusedActivationFunction": 1}))
    y = b.op("PRELU", [y, b.constant(np.int8(range(60)).reshape(5, 4, 3), 0.02)], x.shape, OTHER)
    yield "binary", b, y


def recurrent():
    """The same, of what remembers."""
    def rows(count, size, dtype=np.int8):
        return (np.arange(count * size) % 199 - 99).astype(dtype).reshape(count, size)
    b = ModelBuilder()
    yield "svdf", b, add_svdf(b, b.input((1, 5), *Q), rows(6, 5), rows(6, 3, np.int16),
                              np.arange(3, dtype=np.int32), (0.01, 0.002, 0.03), OTHER)
    b = ModelBuilder()
    biases = [np.arange(3, dtype=np.int32)] * 4
    yield "lstm", b, add_lstm(b, b.input((1, 4, 2), *Q), [rows(3, 2)] * 4, [rows(3, 3)] * 4, biases,
                              [(0.01, 0.02)] * 4, (1 / 128, 4), 2.0 ** -11, {"CellClip": 9.0})
    b = ModelBuilder()
    x = b.input((1, 5, 4, 3), *Q)
    handle = b.variable("rows")
    before = b.op("READ_VARIABLE", [handle], (1, 2, 4, 3), Q, ("ReadVariableOptions", {}))
    both = b.op("CONCATENATION", [before, x], (1, 7, 4, 3), Q, ("ConcatenationOptions", {"Axis": 1}))
    cut = [b.constant(np.int32(n)) for n in ((0, 5, 0, 0), (1, 2, 4, 3))]
    b.several("ASSIGN_VARIABLE", [handle, b.op("SLICE", [both, *cut], (1, 2, 4, 3), Q)], [], None,
              ("AssignVariableOptions", {}))
    yield "assign_variable", b, b.op("CONCATENATION", [both, b.max_pool(
        both, kernel=(1, 1), stride=(1, 1), activation="RELU")], (1, 7, 4, 6), Q,
        ("ConcatenationOptions", {"Axis": 3}))


def stages():
    """name -> a model with a stage, and how it is to be planned."""
    for name, kind, feed in (("rings", "rings", False), ("fed", "rings", True),
                             ("stacks", "recompute", False)):
        yield name, inverted_residual(), Options(stages=kind, goal="smallest", feed_rows=feed)
    yield "page", inverted_residual(), Options(stages="rings", goal="smallest", paged=True)
    yield "pages", inverted_residual(), Options(stages="single", ram=1000, feed_rows=True, paged=True)
    b = ModelBuilder()
    x = b.input((1, 6, 5, 2), *Q)
    x = b.conv2d(x, weights(b, (3, 2, 2, 2)), bias(b, 3), out=OTHER)
    x = b.average_pool(x, kernel=(6, 5), stride=(1, 1))
    yield "average", b.finish([x]), Options(stages="rings", goal="smallest", feed_rows=True)
    b = ModelBuilder()
    x = b.conv2d(b.input((1, 5, 5, 1), *Q), weights(b, (2, 2, 2, 1)), bias(b, 2), out=OTHER)
    x = b.max_pool(x, kernel=(2, 2), stride=(2, 2))
    yield "patches", b.finish([x]), Options(stages="patches", goal="smallest")
    b = ModelBuilder()
    x = b.conv2d(b.input((1, 8, 9, 2), *Q), weights(b, (16, 1, 1, 2)), bias(b, 16), out=OTHER)
    x = b.depthwise_conv2d(x, weights(b, (1, 3, 3, 16), 3), bias(b, 16), out=OTHER)
    x = b.conv2d(x, weights(b, (2, 1, 1, 16)), bias(b, 2), out=OTHER)
    yield "unstack", b.finish([x]), Options(stages="recompute", ram=490)


def inverted_residual():
    """A narrow image made wide and narrow again, and added to what it was, then a mean of all."""
    b = ModelBuilder()
    x = b.input((1, 9, 5, 3), *Q)
    x = b.conv2d(x, weights(b, (2, 1, 1, 3)), bias(b, 2), out=OTHER)
    y = b.conv2d(x, weights(b, (8, 1, 1, 2)), bias(b, 8), activation="RELU", out=OTHER)
    y = b.depthwise_conv2d(y, weights(b, (1, 3, 3, 8), 3), bias(b, 8), out=OTHER)
    y = b.conv2d(y, weights(b, (2, 1, 1, 8)), bias(b, 2), out=OTHER)
    y = b.add(x, y, out=Q)
    return b.finish([b.mean(y, (1, 2), out=OTHER)])


def main():
    """Writes one file per seed."""
    CORPUS.mkdir(exist_ok=True)
    seeds = [(name, builder.finish([output]), Options(stages="single"))
             for name, builder, output in (*families(), *recurrent())]
    for name, model, options in (*seeds, *stages()):
        compiled = compile_model(model, name, options=options)
        (CORPUS / f"{name}.tml").write_bytes(encode(compiled.schedule))


if __name__ == "__main__":
    main()
