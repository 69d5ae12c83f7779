# SPDX-License-Identifier: MIT
"""REDUCE_MAX, REDUCE_MIN"""
from dataclasses import replace

from tinyml.importers.tflite.options import from_height
from tinyml.ir import Border, Op, Quant, Tensor
from tinyml.ops.max_pool import MaxPool
from tinyml.ops.reshape import Reshape
from tinyml.ops.unary import Unary


def largest(op):
    return _largest(op, op.input(0), op.outputs[0])


def smallest(op):
    """The largest of the numbers with another sign."""
    given, output = (replace(tensor, name=f"{tensor.name}/{op.name}", quant=_negated(tensor))
                     for tensor in (op.input(0), op.outputs[0]))
    return [Unary(given.name, given, op.input(0), "negate"), *_largest(op, given, output),
            Unary(op.name, op.outputs[0], output, "negate")]


def _negated(tensor: Tensor) -> Quant | None:
    """How -1 - byte is read, or 255 - byte: as the number with another sign."""
    last = 255 if tensor.dtype == "uint8" else -1
    return tensor.quant and replace(tensor.quant, zero_points=tuple(
        last - zero for zero in tensor.quant.zero_points))


def _largest(op, given: Tensor, output: Tensor) -> list[Op]:
    """Max pools whose windows are all of an axis: over the image, then over channels."""
    axes = {from_height(int(axis), given) for axis in op.constant(1).ravel()}
    height, width, channels = given.hwc
    made: list[Op] = []
    window = height if 0 in axes else 1, width if 1 in axes else 1
    if window != (1, 1):
        given = _pooled(made, output, given, window)
    if 2 in axes and channels > 1:
        rows = height * width // (window[0] * window[1])
        view = replace(given, name=f"{output.name}/rows", shape=(1, rows, channels, 1))
        made.append(Reshape(view.name, view, given))
        given = _pooled(made, output, view, (1, channels))
    return [*made, Reshape(op.name, output, given)]


def _pooled(made: list[Op], output: Tensor, given: Tensor, window: tuple[int, int]) -> Tensor:
    height, width, channels = given.hwc
    pooled = replace(output, name=f"{output.name}/{len(made)}",
                     shape=(1, height // window[0], width // window[1], channels))
    made.append(MaxPool(pooled.name, pooled, given, window, (1, 1), Border()))
    return pooled


READS = {"REDUCE_MAX": largest, "REDUCE_MIN": smallest}
