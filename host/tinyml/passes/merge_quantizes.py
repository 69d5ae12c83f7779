# SPDX-License-Identifier: MIT
"""Makes one of two quantizes: of two alike on one tensor, and of one that reads another's output.

The second kind keeps both roundings: the table of the one that is left goes through both.
"""
from dataclasses import replace

from tinyml.ir import Graph, Op, replace_op, replace_tensor
from tinyml.ops.quantize import Quantize, eight_bits_inside
from tinyml.passes.drop_unread import drop_unread


def merge_quantizes(graph: Graph) -> Graph:
    """The graph with no quantize done twice, and none behind another."""
    for op in graph.ops:
        op = graph.producer(op.output)          # earlier replacements may have changed its input
        if not _is_table(op):
            continue
        before = graph.producer(op.input)
        if _is_table(before):
            through = before.formats[1:] + op.through
            op, old = replace(op, input=before.input, through=through), op
            graph = replace_op(graph, old, op)
        twin = next((other for other in graph.readers(op.input) if _alike(other, op)), op)
        if twin is not op and not graph.is_output(op.output):
            graph = replace_tensor(replace_op(graph, op), op.output, twin.output)
    return drop_unread(graph)


def _is_table(op: Op | None) -> bool:
    return isinstance(op, Quantize) and op.input.data is None and eight_bits_inside(op) is None


def _alike(one: Op, other: Quantize) -> bool:
    """Whether the two give the same bytes, read alike."""
    return _is_table(one) and one.output.shape == other.output.shape \
        and one.formats == other.formats
