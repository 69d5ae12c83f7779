# SPDX-License-Identifier: MIT
"""Writes the seeds of the fuzzer: one tiny schedule per family, and a chain of all.

    .venv/bin/python -m tests.fuzz.make_corpus
"""
from pathlib import Path

import numpy as np

from tools.tflite_builder import ModelBuilder
from tinyml.pipeline import compile_model
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


def families():
    """name -> a builder and its output."""
    def image():
        b = ModelBuilder()
        return b, b.input((1, 5, 4, 3), *Q)
    b, x = image()
    yield "conv2d", b, b.conv2d(x, weights(b, (4, 3, 3, 3)), bias(b, 4), stride=(2, 1), out=OTHER)
    b, x = image()
    yield "depthwise_conv2d", b, b.depthwise_conv2d(x, weights(b, (1, 3, 2, 6), 3), bias(b, 6),
                                                    out=OTHER)
    b, x = image()
    w = b.constant(np.ones((7, 60), np.int8), 0.01)
    yield "fully_connected", b, b.fully_connected(b.reshape(x, (1, 60)), w, out=OTHER)
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


def main():
    """Writes one file per family."""
    CORPUS.mkdir(exist_ok=True)
    for name, builder, output in families():
        compiled = compile_model(builder.finish([output]), name)
        (CORPUS / f"{name}.tml").write_bytes(encode(compiled.schedule))


if __name__ == "__main__":
    main()
