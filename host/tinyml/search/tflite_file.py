# SPDX-License-Identifier: MIT
"""A net's graph of bytes as a `.tflite` file, which other engines run and viewers show."""
from dataclasses import dataclass, field, replace

import numpy as np
import tflite

from tinyml.importers.tflite.options import same_padding
from tinyml.ir import Border, Graph, Op, Quant, Tensor
from tinyml.ops.add import Add
from tinyml.ops.convolution import Convolution
from tinyml.ops.conv2d import Conv2d
from tinyml.ops.depthwise_conv2d import DepthwiseConv2d
from tinyml.ops.fully_connected import FullyConnected
from tinyml.ops.mean import Mean
from tinyml.tflite_writer import Operator, Tensor as Entry, write

INT8 = {"CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "ADD": 2, "MEAN": 2, "FULLY_CONNECTED": 4, "PAD": 2}
"""The first version of each operator that takes int8."""


@dataclass
class _File:
    """What is in the file so far. `known`: the entries of the graph's tensors."""

    entries: list[Entry] = field(default_factory=list)
    buffers: list[bytes] = field(default_factory=lambda: [b""])
    operators: list[Operator] = field(default_factory=list)
    known: dict[Tensor, Entry] = field(default_factory=dict)

    def entry(self, tensor: Tensor) -> Entry:
        """The entry of a tensor, made the first time."""
        if tensor not in self.known:
            self.known[tensor] = self._added(tensor)
        return self.known[tensor]

    def _added(self, tensor: Tensor) -> Entry:
        quant, buffer = tensor.quant or Quant((), ()), 0
        if tensor.data is not None:
            buffer = len(self.buffers)
            little = tensor.data.astype(tensor.data.dtype.newbyteorder("<"))
            self.buffers.append(little.tobytes())
        self.entries.append(Entry(len(self.entries), tensor.name, tensor.shape, tensor.dtype,
                                  quant.scales, quant.zero_points, quant.axis, buffer))
        return self.entries[-1]

    def put(self, kind: str, inputs: tuple[Tensor, ...], output: Tensor, table: str, **options) -> None:
        """An operator behind all others. `table`: of its options."""
        code = getattr(tflite.BuiltinOperator, kind)
        self.operators.append(Operator(code, "", tuple(map(self.entry, inputs)), (self.entry(output),),
                                       (table, options), version=INT8[kind]))


def tflite_file(graph: Graph) -> bytes:
    """The file, which computes the same bytes; its input and its output are int8."""
    file = _File()
    inputs, outputs = ([file.entry(port.tensor) for port in ports]
                       for ports in (graph.inputs, graph.outputs))
    for op in graph.ops:
        WRITERS[type(op)](file, op)
    return write(file.entries, file.operators, file.buffers, inputs, outputs)


def _convolution(file: _File, op: Convolution) -> None:
    depthwise = isinstance(op, DepthwiseConv2d)
    more = {"DepthMultiplier": op.multiplier} if depthwise else {}
    same = op.pad == _same(op)
    if op.pad != Border() and not same:
        op = replace(op, input=_padded(file, op))
    file.put("DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", (op.input, op.weights, _bias(op)),
             op.output, "DepthwiseConv2DOptions" if depthwise else "Conv2DOptions",
             Padding=tflite.Padding.SAME if same else tflite.Padding.VALID, StrideH=op.stride[0],
             StrideW=op.stride[1], FusedActivationFunction=_activation(op), **more)


def _same(op: Convolution) -> Border:
    """What TensorFlow Lite calls SAME."""
    (top, bottom), (left, right) = map(same_padding, op.input.hwc[:2], op.weights.shape[1:3], op.stride)
    return Border(top, left, bottom, right)


def _padded(file: _File, op: Convolution) -> Tensor:
    """The input with its border, which an operator of its own puts there."""
    pad, name = op.pad, f"{op.name}/pad"
    amounts = np.array([(0, 0), (pad.top, pad.bottom), (pad.left, pad.right), (0, 0)], np.int32)
    sizes = (size + sum(ends) for size, ends in zip(op.input.shape, amounts.tolist()))
    output = replace(op.input, name=name, shape=tuple(sizes))
    file.put("PAD", (op.input, _constant(f"{name}/amounts", amounts)), output, "PadOptions")
    return output


def _add(file: _File, op: Add) -> None:
    file.put("ADD", op.operands, op.output, "AddOptions", FusedActivationFunction=_activation(op))


def _mean(file: _File, op: Mean) -> None:
    axes = _constant(f"{op.name}/axes", np.array(op.axes, np.int32))
    file.put("MEAN", (op.input, axes), op.output, "ReducerOptions",
             KeepDims=len(op.output.shape) == len(op.input.shape))


def _fully_connected(file: _File, op: FullyConnected) -> None:
    file.put("FULLY_CONNECTED", (op.input, op.weights, _bias(op)), op.output, "FullyConnectedOptions",
             FusedActivationFunction=_activation(op))


def _bias(op: Op) -> Tensor:
    """With its scales, which the graph takes for granted."""
    scales = np.float32(op.input.quant.scale) * np.float32(op.weights.quant.scales)
    return replace(op.bias, quant=Quant(tuple(map(float, scales)), (0,) * len(scales)))


def _activation(op: Op) -> int:
    return getattr(tflite.ActivationFunctionType, op.activation.upper())


def _constant(name: str, data: np.ndarray) -> Tensor:
    return Tensor(name, data.shape, data.dtype.name, data=data)


WRITERS = {Conv2d: _convolution, DepthwiseConv2d: _convolution, Add: _add, Mean: _mean,
           FullyConnected: _fully_connected}
