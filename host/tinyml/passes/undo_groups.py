# SPDX-License-Identifier: MIT
"""Grouped convolutions as plain ones, exactly: one filter for each channel is a depthwise convolution;
others become one convolution for some groups at a time, with zeros for what is of other groups."""
from dataclasses import replace

import numpy as np

from tinyml.ir import Graph, Op, Tensor, replace_op
from tinyml.ops import is_sound
from tinyml.ops.concatenation import Concatenation
from tinyml.ops.conv2d import Conv2d
from tinyml.ops.depthwise_conv2d import DepthwiseConv2d
from tinyml.ops.strided_slice import StridedSlice
from tinyml.passes.filters import some_channels, some_filters

COPY = 4                        # products in whose time a byte is copied, about


def undo_groups(graph: Graph) -> Graph:
    """The graph with every convolution of one group."""
    for op in graph.ops:
        if isinstance(op, Conv2d) and is_sound(op) and op.groups > 1:
            each = op.weights.shape[3]
            parts = [_depthwise(op)] if each == 1 else _divided(op, _best_count(op))
            graph = replace_op(graph, op, *parts)
    return graph


def _depthwise(op: Conv2d) -> DepthwiseConv2d:
    """Weights OHWI with one input channel are HWO."""
    data = np.ascontiguousarray(op.weights.data.transpose(3, 1, 2, 0))
    weights = replace(op.weights, shape=data.shape, data=data)
    return DepthwiseConv2d(op.name, op.output, op.input, weights, op.bias, op.stride, op.pad,
                           op.dilation, op.activation)


def _best_count(op: Conv2d) -> int:
    """How many convolutions take the least time: each has products with zeros, and its input and
    output are copied, the first outputs once more for every part that joins them."""
    def cost(parts):
        copied = 0 if parts == 1 else op.input.elements + op.output.elements * (parts + 1) / 2
        return op.products() * (op.groups // parts) + COPY * copied
    return min((n for n in range(1, op.groups + 1) if op.groups % n == 0), key=cost)


def _divided(op: Conv2d, count: int) -> list[Op]:
    made = [_convolution(op, number, count) for number in range(count)]
    if count == 1:
        return [replace(made[0], name=op.name, output=op.output, input=op.input)]
    height, width, channels = op.input.hwc
    size = height, width, channels // count
    slices = [StridedSlice(conv.input.name, conv.input, op.input, (0, 0, number * size[2]), size)
              for number, conv in enumerate(made)]
    join = Concatenation(op.name, op.output, tuple(conv.output for conv in made), 2)
    return [*slices, *made, join]


def _convolution(op: Conv2d, number: int, count: int) -> Conv2d:
    """One of `count` parts: its groups as blocks along the diagonal."""
    outputs, height, width, each = op.weights.shape
    filters, groups = outputs // count, op.groups // count
    first = number * filters
    data = np.zeros((groups, filters // groups, height, width, groups, each),
                    op.weights.data.dtype)
    for group, rows in enumerate(np.split(op.weights.data[first:first + filters], groups)):
        data[group, ..., group, :] = rows
    data = data.reshape(filters, height, width, groups * each)
    some = some_filters(op, first, first + filters)
    return replace(some, name=f"{op.name}/{number}",
                   input=_part(op.input, f"{op.name}/from {number}", count),
                   output=_part(op.output, f"{op.name}/to {number}", count),
                   weights=replace(some.weights, shape=data.shape, data=data))


def _part(tensor: Tensor, name: str, count: int) -> Tensor:
    return some_channels(tensor, name, tensor.shape[-1] // count)
