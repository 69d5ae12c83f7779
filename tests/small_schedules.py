# SPDX-License-Identifier: MIT
"""Small schedules for the tests of Model, and the real one of the demo."""
import struct
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tools.tflite_builder import ModelBuilder
from tinyml import Model, format
from tinyml.pack import pack

LARGER = Path(__file__).resolve().parent.parent / "examples/fashion/larger.tflite"
PIXELS = 28 * 28
INPUT = bytes((i * i + 5 * i) & 255 for i in range(PIXELS))
SCALE, ZERO_POINT = np.float32(0.05), 3


@cache
def larger():
    return pack(LARGER).file


@cache
def packed(model, labels=""):
    """The schedule of a model in memory; it takes its labels from a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "small.tflite"
        path.write_bytes(model)
        if labels:
            (Path(folder) / "labels.txt").write_text(labels)
        return pack(path).file


def echo(shape=(1, 8), dtype="float32"):
    """A schedule whose output is its input, quantised by SCALE and ZERO_POINT."""
    b = ModelBuilder()
    if dtype == "float32":
        x = b.quantize(b.input(shape, dtype=dtype), out=(SCALE, ZERO_POINT))
        return b.finish([b.dequantize(b.reshape(x, shape))])
    x = b.input(shape, SCALE, ZERO_POINT, dtype)
    return b.finish([b.reshape(x, shape)])


def convolutions(count=3, seed=0):
    """A model of `count` convolutions that keep the shape."""
    rng = np.random.default_rng(seed)
    b = ModelBuilder()
    x = b.input((1, 6, 6, 4), 0.1, 0)
    for _ in range(count):
        w = b.constant(rng.integers(-99, 99, (4, 3, 3, 4), np.int8), [0.02] * 4)
        x = b.conv2d(x, w, out=(0.1, 1))
    return b.finish([x])


def header(file):
    names = [field.name for field in format.HEADER.fields]
    return dict(zip(names, struct.unpack_from(format.HEADER.layout, file)))


def wanted():
    with Model(larger()) as model:
        model.input[:] = INPUT
        return bytes(model.run())
