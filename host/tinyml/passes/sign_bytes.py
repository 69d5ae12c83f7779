# SPDX-License-Identifier: MIT
"""Models of uint8, TensorFlow Lite's older scheme, as int8: every byte is read 128 lower.

Ports stay what the user sees. Weights have a zero point there; they become what is multiplied, int16
where that does not fit int8 (passes/divide_weights.py).
"""
from dataclasses import fields, replace

import numpy as np

from tinyml.fixed_point import quantize_multiplier
from tinyml.ir import Graph, Op, Quant, State, Tensor, replace_tensor, with_tensor
from tinyml.ops.average_pool import AveragePool
from tinyml.ops.common import has_one_scale
from tinyml.ops.pad import Pad
from tinyml.ops.quantize import Quantize
from tinyml.ops.relu import Relu
from tinyml.ops.reshape import Reshape
from tinyml.ops.resize import Resize
from tinyml.ops.transpose import Transpose
from tinyml.ops.unary import REALS, Unary
from tinyml.ops.unsupported import Unsupported

OFFSET = 128
OF_ANY_TYPE = (Quantize, Reshape, Transpose)


def sign_bytes(graph: Graph) -> Graph:
    """The graph with uint8 at its ports alone, unless all that meets it works on both types."""
    if all(isinstance(op, OF_ANY_TYPE) or not _unsigned(op) for op in graph.ops):
        return graph
    graph = replace(graph, ops=tuple(map(_with_signed_numbers, graph.ops)),
                    states=tuple(map(_signed_state, graph.states)))
    inputs = [port.tensor for port in graph.inputs]
    for tensor in dict.fromkeys(tensor for op in graph.ops for tensor in _unsigned(op)):
        if tensor in inputs:
            graph = _behind_input(graph, tensor)
        elif any(port.tensor is tensor for port in graph.outputs):
            graph = _before_output(graph, tensor)
        else:
            graph = replace_tensor(graph, tensor, _signed(tensor))
    return graph


def _unsigned(op: Op) -> list[Tensor]:
    """The tensors of uint8 that an op has, constants included."""
    found = []
    for field in fields(op):
        value = getattr(op, field.name)
        found += value if isinstance(value, tuple) else (value,)
    return [t for t in found if isinstance(t, Tensor) and t.dtype == "uint8"]


def _signed(tensor: Tensor) -> Tensor:
    data, quant = tensor.data, tensor.quant
    if data is not None:
        data = (data.astype(np.int16) - OFFSET).astype(np.int8)
    if quant is not None:
        quant = replace(quant, zero_points=tuple(zero - OFFSET for zero in quant.zero_points))
    return replace(tensor, dtype="int8", quant=quant, data=data)


def _signed_state(state: State) -> State:
    return replace(state, fill=state.fill - OFFSET * (state.tensor.dtype == "uint8"))


def _behind_input(graph: Graph, tensor: Tensor) -> Graph:
    """An input as int8 for those that compute with it; a QUANTIZE reads it as it comes."""
    inner = _signed(tensor)
    ops = [op if isinstance(op, Quantize) else with_tensor(op, tensor, inner) for op in graph.ops]
    return replace(graph, ops=(Quantize(f"{tensor.name}/signed", inner, tensor), *ops))


def _before_output(graph: Graph, tensor: Tensor) -> Graph:
    """An output computed as int8."""
    inner = _signed(tensor)
    ops = [with_tensor(op, tensor, inner) for op in graph.ops]
    return replace(graph, ops=(*ops, Quantize(f"{tensor.name}/unsigned", tensor, inner)))


def _with_signed_numbers(op: Op) -> Op:
    """The op with what it has of numbers, and its weights, for tensors of int8."""
    if not _unsigned(op):
        return op
    if isinstance(op, Pad):
        return replace(op, value=op.value - OFFSET)
    if isinstance(op, AveragePool):
        return replace(op, halves_up=True)
    if isinstance(op, Unary) and op.function in REALS:
        return replace(op, in_reals=True)
    if isinstance(op, Resize) and not op.nearest:
        return Unsupported(op.name, op.output, "bilinear resize of uint8", (op.input,))
    if isinstance(op, Relu) and op.activation == "relu6" and op.input.quant != op.output.quant:
        return Unsupported(op.name, op.output, "relu6 of uint8 with another scale", (op.input,))
    weights = getattr(op, "weights", None)
    if weights is None or weights.data is None or weights.dtype != "uint8" or not all(
            map(has_one_scale, (weights, op.input, op.output))):
        return op
    if not 0 <= weights.quant.zero_point <= 255:
        return Unsupported(op.name, op.output, "weights with a zero point that is no byte",
                           (op.input,))
    return replace(op, weights=_centred(op, weights))


def _centred(op: Op, weights: Tensor) -> Tensor:
    """Weights without their zero point. TensorFlow Lite multiplies their scale and the input's in
    float32 here, else in double precision: theirs becomes the one that gives the same multiplier."""
    data = weights.data.astype(np.int16) - np.int16(weights.quant.zero_point)
    fits = -128 <= data.min(initial=0) and data.max(initial=0) <= 127
    given, output = op.input.quant.scale, op.output.quant.scale
    product = float(np.float32(given) * np.float32(weights.quant.scale))
    mult, shift = quantize_multiplier(product / output)
    quant = Quant((mult * 2.0 ** (shift - 31) * output / given,), (0,))
    return replace(weights, data=data.astype(np.int8) if fits else data, quant=quant,
                   dtype="int8" if fits else "int16")
