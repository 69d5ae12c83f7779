# SPDX-License-Identifier: MIT
"""Drops ops that change nothing, and turns those that only change a shape into reshapes."""
from dataclasses import replace

from tinyml.ir import Graph, replace_op, replace_tensor
from tinyml.ops.common import BYTES
from tinyml.ops.pad import Pad
from tinyml.ops.pool import Pool
from tinyml.ops.quantize import Quantize
from tinyml.ops.reshape import Reshape
from tinyml.ops.transpose import Transpose


def drop_identities(graph: Graph) -> Graph:
    """The graph without identities."""
    for op in graph.ops:
        if isinstance(op, Transpose) and keeps_order(op):
            graph = replace_op(graph, op, Reshape(op.name, op.output, op.input))
    for op in graph.ops:
        op = graph.producer(op.output)          # earlier replacements may have changed its input
        if _is_identity(op):
            graph = _drop(graph, op)
    return graph


def keeps_order(op: Transpose) -> bool:
    """Whether a transpose moves axes of one element at most."""
    axes = [axis for axis in op.axes if op.input.shape[axis] > 1]
    return axes == sorted(axes)


def _is_identity(op) -> bool:
    if not isinstance(op, (Reshape, Pad, Pool, Quantize)) or op.input.quant != op.output.quant:
        return False                            # readers would take bytes for other numbers
    if isinstance(op, Reshape):
        return op.input.shape == op.output.shape
    if isinstance(op, Pad):
        return not any(op.before + op.after)
    if isinstance(op, Pool):
        return op.window == op.stride == (1, 1) and op.activation == "none"
    same = op.input.dtype == op.output.dtype
    return same and (not op.through or op.table() == tuple(BYTES))


def _drop(graph: Graph, op) -> Graph:
    """Readers of the output read the input; an output of the model keeps its own description."""
    without = replace_op(graph, op)
    if not graph.is_output(op.output):
        return replace_tensor(without, op.output, op.input)
    if graph.producer(op.input) is None or graph.is_output(op.input):
        return graph                            # an input that is an output: leave it
    kept = replace(op.output, name=op.input.name)
    return replace_tensor(replace_tensor(without, op.output, kept), op.input, kept)
