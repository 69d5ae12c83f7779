# SPDX-License-Identifier: MIT
"""A graph of float32 tensors as an ONNX model, every tensor an output: so that any runtime can say
what the real values are."""
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper, version_converter

from tinyml.errors import UnsupportedError
from tinyml.ir import Graph, Op, Tensor
from tinyml.ops.common import ACTIVATIONS

OPSET, IR_VERSION = 20, 9       # old enough for every runtime in use
TO_NCHW, TO_NHWC = (0, 3, 1, 2), (0, 2, 3, 1)


@dataclass(frozen=True)
class FloatModel:
    """The model, and the name in it of each tensor of the graph, by id."""

    proto: ModelProto
    names: dict[int, str]


@dataclass
class Writer:
    """Collects nodes. Methods return the name of what they compute."""

    nodes: list = field(default_factory=list)
    constants: list = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

    def name(self, tensor: Tensor) -> str:
        """The name of a tensor; a constant is stored."""
        if id(tensor) not in self.names:
            self.names[id(tensor)] = f"{len(self.names)}:{tensor.name}" if tensor.data is None \
                else self.constant(tensor.data)
        return self.names[id(tensor)]

    def constant(self, array) -> str:
        name = f"constant:{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, kind: str, *inputs: str, output: str = "", **attributes) -> str:
        """One operator."""
        output = output or f"node:{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def reshaped(self, name: str, shape, output: str = "") -> str:
        return self.node("Reshape", name, self.constant(np.int64(shape)), output=output)

    def image(self, tensor: Tensor) -> str:
        """A tensor as NCHW."""
        shaped = self.reshaped(self.name(tensor), (1, *tensor.hwc))
        return self.node("Transpose", shaped, perm=TO_NCHW)

    def end(self, op: Op, name: str, channels_first: bool = False) -> None:
        """The activation and the shape of an op's output."""
        low, high = ACTIVATIONS[getattr(op, "activation", "none")]
        if low is not None or high is not None:
            bounds = [self.constant(np.float32(bound)) for bound in (low, high) if bound is not None]
            name = self.node("Clip", name, *bounds)
        if channels_first:
            name = self.node("Transpose", name, perm=TO_NHWC)
        self.reshaped(name, op.output.shape, self.name(op.output))


def to_onnx(graph: Graph) -> FloatModel:
    """The model. Raises UnsupportedError for an op that has no counterpart here."""
    writer = Writer()
    inputs = [_info(writer, port.tensor) for port in graph.inputs]
    for op in graph.ops:
        if op.family not in WRITERS:
            raise UnsupportedError([f"{op.label} `{op.name}`: it can't be computed in float32"])
        WRITERS[op.family](writer, op)
    outputs = [_info(writer, op.output) for op in graph.ops]
    made = helper.make_graph(writer.nodes, graph.name, inputs, outputs, writer.constants)
    proto = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)],
                              ir_version=IR_VERSION)
    return FloatModel(proto, writer.names)


def _info(writer: Writer, tensor: Tensor):
    return helper.make_tensor_value_info(writer.name(tensor), TensorProto.FLOAT, tensor.shape)


def _window(op) -> dict:
    return {"strides": op.stride,
            "pads": (op.pad.top, op.pad.left, op.pad.bottom, op.pad.right)}


def _convolution(writer: Writer, op, weights, groups: int) -> None:
    inputs = [writer.image(op.input), writer.constant(weights)]
    if op.bias is not None:
        inputs.append(writer.constant(op.bias.data.reshape(-1)))
    writer.end(op, writer.node("Conv", *inputs, group=groups, dilations=op.dilation,
                               **_window(op)), channels_first=True)


def conv2d(writer: Writer, op) -> None:
    _convolution(writer, op, op.weights.data.transpose(0, 3, 1, 2), 1)


def depthwise_conv2d(writer: Writer, op) -> None:
    _convolution(writer, op, op.weights.data.transpose(3, 0, 1, 2), op.input.hwc[2])


def fully_connected(writer: Writer, op) -> None:
    rows = writer.reshaped(writer.name(op.input), (-1, op.weights.shape[1]))
    sums = writer.node("MatMul", rows, writer.constant(op.weights.data.T))
    if op.bias is not None:
        sums = writer.node("Add", sums, writer.constant(op.bias.data.reshape(-1)))
    writer.end(op, sums)


def pool(kind: str) -> Callable:
    def write(writer: Writer, op) -> None:
        writer.end(op, writer.node(kind, writer.image(op.input), kernel_shape=op.window,
                                   **_window(op)), channels_first=True)
    return write


def mean(writer: Writer, op) -> None:
    axes = writer.constant(np.int64(op.axes))
    writer.end(op, writer.node("ReduceMean", writer.name(op.input), axes))


def binary(kind: str) -> Callable:
    def write(writer: Writer, op) -> None:
        writer.end(op, writer.node(kind, writer.name(op.input), writer.name(op.input2)))
    return write


def kinds(writer: Writer, op) -> None:
    """The operators of Binary."""
    names = [writer.name(tensor) for tensor in op.operands]
    made = writer.node(BINARY[op.kind], *names)
    writer.end(op, writer.node("Mul", made, made) if op.kind == "squared_difference" else made)


def plain(writer: Writer, op) -> None:
    writer.end(op, writer.name(op.input))


def softmax(writer: Writer, op) -> None:
    sharp = writer.node("Mul", writer.name(op.input), writer.constant(np.float32(op.beta)))
    writer.end(op, writer.node("Softmax", sharp, axis=-1))


def transpose(writer: Writer, op) -> None:
    writer.end(op, writer.node("Transpose", writer.name(op.input), perm=op.axes))


def pad(writer: Writer, op) -> None:
    shaped = writer.reshaped(writer.name(op.input), op.input.hwc)
    amounts = writer.constant(np.int64((*op.before, *op.after)))
    value = writer.constant(np.float32(op.value))
    writer.end(op, writer.node("Pad", shaped, amounts, value))


def concatenation(writer: Writer, op) -> None:
    parts = [writer.reshaped(writer.name(part), part.hwc) for part in op.parts]
    writer.end(op, writer.node("Concat", *parts, axis=op.axis))


def strided_slice(writer: Writer, op) -> None:
    ends = [begin + (size - 1) * stride + 1
            for begin, size, stride in zip(op.begin, op.size, op.stride)]
    numbers = [writer.constant(np.int64(values)) for values in (op.begin, ends, (0, 1, 2), op.stride)]
    shaped = writer.reshaped(writer.name(op.input), op.input.hwc)
    writer.end(op, writer.node("Slice", shaped, *numbers))


def unary(writer: Writer, op) -> None:
    attributes = {"alpha": op.alpha} if op.function == "leaky_relu" else {}
    name = writer.name(op.input)
    if op.function == "rsqrt":
        name = writer.node("Reciprocal", writer.node("Sqrt", name))
    elif op.function == "hard_swish":
        name = writer.node("Mul", name, writer.node("HardSigmoid", name, alpha=1 / 6, beta=0.5))
    else:
        name = writer.node(UNARY[op.function], name, **attributes)
    writer.end(op, name)


def function(writer: Writer, op) -> None:
    """The operators of an ONNX file, in the form of this opset; later ones keep their meaning."""
    is_old = op.source.opset_import[0].version < OPSET
    graph = (version_converter.convert_version(op.source, OPSET) if is_old else op.source).graph
    names = {graph.input[0].name: writer.name(op.input)} | {
        tensor.name: writer.constant(numpy_helper.to_array(tensor)) for tensor in graph.initializer}
    for node in graph.node:
        inputs = [names.get(name, "") for name in node.input]
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        names[node.output[0]] = writer.node(node.op_type, *inputs, **attributes)
    writer.end(op, names[graph.output[0].name])


def resize(writer: Writer, op) -> None:
    placing = "align_corners" if op.align_corners else \
        "half_pixel" if op.half_pixel_centers else "asymmetric"
    sizes = writer.constant(np.int64((1, op.input.hwc[2], *op.size)))
    made = writer.node("Resize", writer.image(op.input), "", "", sizes,
                       mode="nearest" if op.nearest else "linear",
                       nearest_mode="floor" if placing == "asymmetric" else "round_prefer_ceil",
                       coordinate_transformation_mode=placing)
    writer.end(op, made, channels_first=True)


def depth_to_space(writer: Writer, op) -> None:
    (height, width, channels), (high, wide) = op.input.hwc, op.sides
    shape = height, width, high, wide, channels // (high * wide)
    turned = writer.node("Transpose", writer.reshaped(writer.name(op.input), shape),
                         perm=(0, 2, 1, 3, 4))
    writer.end(op, turned)


def space_to_depth(writer: Writer, op) -> None:
    writer.end(op, writer.node("SpaceToDepth", writer.image(op.input), blocksize=op.side),
               channels_first=True)


def transpose_conv(writer: Writer, op) -> None:
    inputs = [writer.image(op.input), writer.constant(op.weights.data.transpose(3, 0, 1, 2))]
    if op.bias is not None:
        inputs.append(writer.constant(op.bias.data.reshape(-1)))
    ends = [(size - 1) * stride + window - cut - whole for size, stride, window, cut, whole in zip(
        op.input.hwc, op.stride, op.weights.shape[1:3], op.cut, op.size)]
    extra = [max(-end, 0) for end in ends]
    pads = (*op.cut, *(max(end, 0) for end in ends))
    writer.end(op, writer.node("ConvTranspose", *inputs, strides=op.stride, pads=pads,
                               output_padding=extra), channels_first=True)


UNARY = {"logistic": "Sigmoid", "tanh": "Tanh", "leaky_relu": "LeakyRelu", "elu": "Elu",
         "abs": "Abs", "negate": "Neg"}
BINARY = {"difference": "Sub", "squared_difference": "Sub", "product": "Mul", "maximum": "Max",
          "minimum": "Min", "prelu": "PRelu"}
WRITERS = {
    "add": binary("Add"), "average_pool": pool("AveragePool"), "binary": kinds,
    "concatenation": concatenation, "conv2d": conv2d, "depth_to_space": depth_to_space, "function": function,
    "resize": resize,
    "space_to_depth": space_to_depth, "transpose_conv": transpose_conv, "unary": unary,
    "depthwise_conv2d": depthwise_conv2d, "fully_connected": fully_connected,
    "max_pool": pool("MaxPool"), "mean": mean, "pad": pad, "relu": plain, "reshape": plain,
    "softmax": softmax, "strided_slice": strided_slice, "transpose": transpose,
}
