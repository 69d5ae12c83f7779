# SPDX-License-Identifier: MIT
"""Channels that are dealt anew (two reshapes, and a transpose of each pixel between them) come out
of the convolution before in that order, as do they out of what treats channels alone."""
from dataclasses import replace

import numpy as np

from tinyml.ir import Graph, Op, Tensor, replace_op, replace_tensor, with_tensor
from tinyml.ops import is_sound
from tinyml.ops.conv2d import Conv2d
from tinyml.ops.convolution import Convolution
from tinyml.ops.pair import Pair
from tinyml.ops.reshape import Reshape
from tinyml.ops.table import Table
from tinyml.ops.transpose import Transpose


def fold_shuffles(graph: Graph) -> Graph:
    """The graph without those that have such ops before them."""
    for last in graph.ops:
        last = graph.producer(last.output)      # earlier replacements may have changed its input
        parts = _shuffle(graph, last)
        if not parts:
            continue
        order = np.arange(last.output.hwc[2]).reshape(parts[1].input.shape[2:]).T.ravel()
        changed = _changed(graph, parts[0].input, order)
        if changed is None:
            continue
        for old, new in changed:
            graph = replace_op(graph, old, new)
        graph = replace_op(replace_op(replace_op(graph, parts[0]), parts[1]), last)
        graph = replace_tensor(graph, parts[0].input, last.output)
    return graph


def _shuffle(graph: Graph, last: Op) -> tuple[Op, ...]:
    """The three ops that deal channels anew, the last of which that is; or none."""
    turn = isinstance(last, Reshape) and graph.producer(last.input)
    first = isinstance(turn, Transpose) and turn.axes == (0, 1, 3, 2) and graph.producer(turn.input)
    if not isinstance(first, Reshape) or not all(_is_alone(graph, t) for t in (
            first.input, first.output, turn.output)):
        return ()
    groups, each = turn.input.shape[2:]
    deals = first.input.shape == last.output.shape and first.input.hwc[2] == groups * each
    return (first, turn, last) if deals and first.input.quant == last.output.quant else ()


def _is_alone(graph: Graph, tensor: Tensor) -> bool:
    return len(graph.readers(tensor)) == 1 and not graph.is_output(tensor)


def _changed(graph: Graph, tensor: Tensor, order: np.ndarray) -> list[tuple[Op, Op]] | None:
    """The ops whose output channels come in another order, and what they become; None where that
    can't be."""
    op = graph.producer(tensor)
    if op is None or not _is_alone(graph, tensor) or not is_sound(op):
        return None
    if isinstance(op, Conv2d):
        fits = op.input.hwc[2] == op.weights.shape[3]       # not in groups
        return [(op, _reordered(op, 0, order))] if fits else None
    if isinstance(op, Convolution) and op.multiplier == 1:
        new = _reordered(op, 3, order)
    elif isinstance(op, Pair) and op.constant is not None:
        new = _with_constant(op, order)
    elif isinstance(op, Table):
        new = op
    else:
        return None
    before = _changed(graph, op.inputs[0], order)
    return before and [*before, (op, new)]


def _reordered(op: Convolution, axis: int, order: np.ndarray) -> Convolution:
    weights, bias, quant = op.weights, op.bias, op.weights.quant
    if quant and len(quant.scales) > 1:
        quant = replace(quant, scales=tuple(quant.scales[i] for i in order),
                        zero_points=tuple(quant.zero_points[i] for i in order))
    return replace(op, weights=replace(weights, data=weights.data.take(order, axis), quant=quant),
                   bias=bias and replace(bias, data=bias.data.reshape(-1)[order].reshape(bias.shape)))


def _with_constant(op: Pair, order: np.ndarray) -> Pair:
    old = op.constant
    return op if old.hwc[2] == 1 else with_tensor(op, old, replace(
        old, data=old.data[..., order]))
