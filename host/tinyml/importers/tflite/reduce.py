# SPDX-License-Identifier: MIT
"""REDUCE_MAX, REDUCE_MIN"""
from dataclasses import replace

from tinyml.importers.tflite.options import from_height
from tinyml.ir import Op, Quant, Tensor
from tinyml.ops.max_pool import maxima
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
    axes = {from_height(int(axis), given) for axis in op.constant(1).ravel()}
    return maxima(op.name, output, given, axes)


READS = {"REDUCE_MAX": largest, "REDUCE_MIN": smallest}
