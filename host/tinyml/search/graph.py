# SPDX-License-Identifier: MIT
"""A net and its weights as a graph of real numbers, which quantize/ takes as it takes a float model
that was imported."""
import numpy as np

from tinyml.ir import Border, Graph, Op, Port, Tensor, check_graph
from tinyml.ops.add import Add
from tinyml.ops.conv2d import Conv2d
from tinyml.ops.depthwise_conv2d import DepthwiseConv2d
from tinyml.ops.fully_connected import FullyConnected
from tinyml.ops.mean import Mean
from tinyml.ops.softmax import Softmax
from tinyml.search.net import Layer, Net

Weights = dict[str, tuple[np.ndarray, np.ndarray]]
"""By name of the layer: the kernel, (rows, columns, inputs, outputs) or of a depthwise convolution
(rows, columns, channels), and the bias. Batch normalisation is folded into both."""

PIXELS = 1, 2                   # the axes of rows and columns


def float_graph(net: Net, weights: Weights, name: str, softmax: bool = False) -> Graph:
    """The graph; with `softmax`, outputs are shares."""
    image = _activation("input", (1, *net.input))
    tensors, ops = [image], []
    for layer in net.layers:
        inputs = [tensors[number + 1] for number in layer.inputs]
        shape = (1, layer.shape[2]) if layer.kind in ("mean", "dense") else (1, *layer.shape)
        ops.append(_op(layer, inputs, _activation(layer.name, shape), weights.get(layer.name)))
        tensors.append(ops[-1].output)
    if softmax:
        shares = _activation("shares", tensors[-1].shape)
        ops.append(Softmax("shares", shares, tensors[-1], 1.0))
    last = ops[-1].output
    return check_graph(Graph(name, (Port(image, "float32", image.shape),),
                             (Port(last, "float32", last.shape),), tuple(ops)))


def _op(layer: Layer, inputs: list[Tensor], output: Tensor, weights) -> Op:
    """The op of a layer; of one that has weights, with them."""
    name = layer.name
    if layer.kind == "add":
        return Add(name, output, *inputs)
    if layer.kind == "mean":
        return Mean(name, output, *inputs, PIXELS)
    kernel, bias = weights
    if layer.kind == "dense":
        held = kernel.reshape(layer.given[2], layer.shape[2]).T
        return FullyConnected(name, output, *inputs, *_constants(name, held, bias))
    depthwise = layer.kind == "depthwise"
    held = kernel[None] if depthwise else kernel.transpose(3, 0, 1, 2)
    return (DepthwiseConv2d if depthwise else Conv2d)(
        name, output, *inputs, *_constants(name, held, bias), layer.stride, _border(layer),
        activation="relu6" if layer.relu6 else "none")


def _border(layer: Layer) -> Border:
    """Zeros around the input, without those that no window reaches."""
    ends = [(places - 1) * step + k - k // 2 - size for places, step, k, size in
            zip(layer.shape, layer.stride, layer.kernel, layer.given)]
    return Border(layer.kernel[0] // 2, layer.kernel[1] // 2, *(max(end, 0) for end in ends))


def _constants(name: str, kernel: np.ndarray, bias: np.ndarray) -> tuple[Tensor, Tensor]:
    return tuple(Tensor(f"{name}/{what}", array.shape, "float32", data=array)
                 for what, array in (("weights", np.ascontiguousarray(kernel, np.float32)),
                                     ("bias", np.asarray(bias, np.float32))))


def _activation(name: str, shape: tuple[int, ...]) -> Tensor:
    return Tensor(name, shape, "float32")
