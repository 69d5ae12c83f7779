# SPDX-License-Identifier: MIT
"""Weights that do not fit int8, exactly: what is left over belongs to copies of the channels.

In models of uint8 a weight less its zero point has up to nine bits. Mostly few are larger than int8,
and only the channels that they multiply are copied, by a convolution that picks them. Depthwise
convolutions, where channels do not meet, have a step for such weights instead.
"""
from dataclasses import replace

import numpy as np

from tinyml.ir import Border, Graph, Op, Quant, Tensor, replace_op
from tinyml.ops import is_sound
from tinyml.ops.concatenation import Concatenation
from tinyml.ops.conv2d import Conv2d
from tinyml.ops.fully_connected import FullyConnected
from tinyml.ops.reshape import Reshape
from tinyml.ops.transpose_conv import TransposeConv

LARGEST = 127                   # not -128: kernels are quicker without (docs/KERNELS.md)
UNIT = 64                       # the weight that copies, beside a scale of 1 / UNIT
WORD = 4                        # channels, of a byte each


def divide_weights(graph: Graph) -> Graph:
    """The graph with int8 weights in all sums over channels."""
    for op in graph.ops:
        if isinstance(op, (Conv2d, FullyConnected, TransposeConv)) and op.weights.dtype == "int16":
            if is_sound(op):
                graph = replace_op(graph, op, *_divided(op, *_parts(op.weights.data)))
    return graph


def _parts(data: np.ndarray) -> list[np.ndarray]:
    """Arrays of int8 that add up to one of int16; only the first may be full."""
    parts = [np.clip(data, -LARGEST, LARGEST).astype(np.int8)]
    rest = data - parts[0]
    return parts + _parts(rest) if rest.any() else parts


def _with(weights: Tensor, data: np.ndarray) -> Tensor:
    return replace(weights, dtype="int8", shape=data.shape, data=data)


def _divided(op: Op, first: np.ndarray, *more: np.ndarray) -> list[Op]:
    """What copies channels, and the op of all of them."""
    if not more:                                # the others met nothing but padding
        return [replace(op, weights=_with(op.weights, first))]
    made, given = [], op.input
    if isinstance(op, FullyConnected):
        given = replace(given, name=f"{op.name}/rows", shape=(1, 1, op.rows, first.shape[-1]))
        made.append(Reshape(given.name, given, op.input))
    used = [np.flatnonzero(part.any(axis=tuple(range(part.ndim - 1)))) for part in more]
    channels, picked = first.shape[-1], sum(map(len, used))
    if channels % WORD == 0:                    # the last one once more, which then meets zeros
        used[-1] = np.append(used[-1], [used[-1][-1]] * (-picked % WORD)).astype(int)
        picked += -picked % WORD
    pixels = given.elements // channels
    if picked * (pixels * channels + op.products() // channels) < op.products() * len(more):
        copies = [_picked(op, given, np.concatenate(used))]
        made.append(copies[0])
        parts = [given, copies[0].output]
        more = [_columns(part, columns) for part, columns in zip(more, used)]
    else:
        parts = [given] * (1 + len(more))
    joined = _tensor(op, "joined", given, sum(part.shape[-1] for part in parts))
    weights = _with(op.weights, np.concatenate([first, *more], axis=-1))
    return [*made, Concatenation(joined.name, joined, tuple(parts), 2),
            replace(op, input=joined, weights=weights)]


def _columns(part: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The weights of some channels; zeros for one that stands there again."""
    again = np.append(False, columns[1:] == columns[:-1])
    return np.where(again, np.int8(0), part[..., columns])


def _picked(op: Op, given: Tensor, columns: np.ndarray) -> Conv2d:
    """A convolution of one pixel that copies some channels."""
    data = np.zeros((len(columns), 1, 1, given.shape[-1]), np.int8)
    data[np.arange(len(columns)), 0, 0, columns] = UNIT
    name = f"{op.name}/picked"
    weights = Tensor(f"{name}/weights", data.shape, "int8", Quant((1 / UNIT,), (0,)), data)
    return Conv2d(name, _tensor(op, "picked", given, len(columns)), given, weights, None, (1, 1),
                  Border())


def _tensor(op: Op, name: str, like: Tensor, channels: int) -> Tensor:
    return replace(like, name=f"{op.name}/{name}", shape=(*like.shape[:-1], channels))
