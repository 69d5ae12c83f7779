# SPDX-License-Identifier: MIT
"""Ops whose weights are too large to be in RAM at once, or too much work at once: some filters at a
time, exactly."""
from dataclasses import replace

from tinyml.ir import Graph, Op, replace_op
from tinyml.ops.concatenation import Concatenation
from tinyml.ops.conv2d import Conv2d
from tinyml.ops.fully_connected import FullyConnected
from tinyml.passes.filters import some_channels, some_filters

TOGETHER = 4                    # filters that kernels compute at once
MOST_PARTS = 16                 # of an op: each is a task more for the planner, and a page to read
MOST_WEIGHTS = 1 << 17          # that a short piece of work multiplies with four pixels
PER_FILTER = 9                  # bytes: bias, multiplier, shift


def split_filters(graph: Graph, room: int) -> Graph:
    """The graph with ops that have `room` for their weights, input and output, as far as that goes.
    Not in PASSES: how much room there is turns out when the run is planned."""
    return _each(graph, lambda op: _count(op, room))


def shorten(graph: Graph) -> Graph:
    """The graph with no op that computes all filters of a few pixels in one long piece of work.
    Not in PASSES: only who does something else between the pieces wants it."""
    return _each(graph, lambda op: _in_parts(op, -(-op.weights.elements // MOST_WEIGHTS)))


def _each(graph: Graph, count) -> Graph:
    """The graph with ops split to so many filters."""
    for op in graph.ops:
        if isinstance(op, (Conv2d, FullyConnected)) and op.output.hwc[2] == op.output_channels:
            filters = count(op)
            if filters < op.output_channels:
                graph = replace_op(graph, op, *_split(op, filters))
    return graph


def _count(op: Op, room: int) -> int:
    """How many filters have room at once. Where the weights are less than input and output, it is
    not they that are in the way."""
    channels, tensors = op.output_channels, op.input.elements + op.output.elements
    data = _filter_bytes(op) * channels
    if data <= max(tensors, room - tensors):
        return channels
    left = room - tensors - op.output.elements          # which is twice there when parts are joined
    return _in_parts(op, -(-data // max(left, 1)))


def _in_parts(op: Op, parts: int) -> int:
    """Filters of a part."""
    channels = op.output_channels
    return -(-channels // min(parts, channels, MOST_PARTS) // TOGETHER) * TOGETHER


def _filter_bytes(op: Op) -> int:
    return op.weights.elements // op.output_channels + PER_FILTER


def _split(op: Op, count: int) -> list[Op]:
    """Ops of `count` filters or less, and one that joins what they make."""
    starts = range(0, op.output_channels, count)
    made = [_part(op, first, min(first + count, op.output_channels)) for first in starts]
    return [*made, Concatenation(op.name, op.output, tuple(part.output for part in made), 2)]


def _part(op: Op, first: int, end: int) -> Op:
    name = f"{op.name}/{first}"
    return replace(some_filters(op, first, end), name=name,
                   output=some_channels(op.output, name, end - first))
