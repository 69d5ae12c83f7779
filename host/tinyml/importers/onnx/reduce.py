# SPDX-License-Identifier: MIT
"""ReduceMax, ReduceMin"""
from dataclasses import replace

from tinyml.importers.onnx.node import from_height, in_order, reduced_axes, transposed
from tinyml.ir import Quant
from tinyml.ops.max_pool import maxima
from tinyml.ops.reshape import Reshape
from tinyml.ops.transpose import Transpose
from tinyml.ops.unary import Unary


def read_max(node):
    given, axes = node.activation(), reduced_axes(node)
    rank = len(given.shape)
    last = (0, *range(2, rank), 1) if rank > 2 else tuple(range(rank))
    kept = replace(node.output, name=f"{node.output.name}/kept", shape=tuple(
        1 if axis in axes else size for axis, size in enumerate(given.shape)))
    turned, inner = transposed(given, last), in_order(kept, last)
    yield turned
    yield from maxima(node.name, inner, turned.output, {
        from_height(last.index(axis), given) for axis in axes})
    yield Transpose(f"{node.name}/channels_first", kept, inner,
                    tuple(last.index(axis) for axis in range(rank)))
    yield Reshape(f"{node.name}/reshape", node.output, kept)


def read_min(node):
    """The negative of the largest negative; of bytes it is exact."""
    given, found = (replace(tensor, name=f"{tensor.name}/negative", quant=_mirrored(tensor.quant))
                    for tensor in (node.activation(), node.output))
    yield Unary(given.name, given, node.activation(), "negate")
    yield from read_max(replace(node, inputs=(given, *node.inputs[1:]), outputs=(found,)))
    yield Unary(f"{node.name}/negate", node.output, found, "negate")


def _mirrored(quant: Quant | None) -> Quant | None:
    return quant and replace(quant, zero_points=(-1 - quant.zero_point,))


READS = {"ReduceMax": read_max, "ReduceMin": read_min}
