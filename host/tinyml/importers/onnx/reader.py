# SPDX-License-Identifier: MIT
"""Reads an ONNX file. Each family's file of this folder turns its operators into ops."""
from dataclasses import dataclass, replace

import numpy as np
from google.protobuf.message import DecodeError
from onnx import TensorProto, helper, numpy_helper
from onnx.shape_inference import InferenceError

from tinyml.errors import ModelError, UnsupportedError
from tinyml.importers.onnx.channel_shuffle import merge_shuffles
from tinyml.importers.onnx.function import merge_functions
from tinyml.importers.onnx.load import DOMAINS, fold, load, shape_of
from tinyml.importers.onnx.node import Node, Refused, arranged
from tinyml.importers.onnx.qoperator import as_qdq
from tinyml.importers.onnx.readers import READERS
from tinyml.importers.onnx.scales import EIGHT_BITS, MOVERS, find_scales, quant_of
from tinyml.ir import Graph, Op, Port, Quant, Tensor, check_graph
from tinyml.ops import problems
from tinyml.ops.quantize import Quantize
from tinyml.ops.unsupported import Unsupported

RESHAPED = ("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity")
DAMAGE = (DecodeError, InferenceError, IndexError, ValueError, TypeError, AttributeError, KeyError,
          OverflowError, MemoryError, ZeroDivisionError, AssertionError)


@dataclass(frozen=True)
class Operator:
    """One operator as the file has it, its inputs and outputs by their names."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict


def read_onnx(model: bytes, name: str) -> Graph:
    """The graph of a file. Raises ModelError for a damaged one."""
    try:
        proto = fold(as_qdq(load(model, name)))
        return check_graph(_Reader(proto, name).graph())
    except DAMAGE as error:
        line = " ".join(str(error).split())
        raise ModelError(f"`{name}` is a damaged ONNX file ({line}): export it again") from error


class _Reader:
    """Collects the ops of one file."""

    def __init__(self, proto, name: str):
        graph = proto.graph
        self.name = name
        self.opset = max(o.version for o in proto.opset_import if o.domain in DOMAINS)
        self.constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self.inputs = [value.name for value in graph.input]
        self.outputs = [value.name for value in graph.output]
        infos = [*graph.input, *graph.value_info, *graph.output]
        self.types = {value.name: (_dtype(value), shape_of(value)) for value in infos}
        self.nodes = [_operator(node, i) for i, node in enumerate(graph.node)]
        self.dtypes = {name: dtype for name, (dtype, _) in self.types.items()} | {
            name: array.dtype.name for name, array in self.constants.items()}
        self.scales = find_scales(self.nodes, self.constants, self.dtypes, set(self.outputs))
        self.tensors: dict[str, Tensor] = {}
        self.ops: list[Op] = []

    def graph(self) -> Graph:
        """The whole graph."""
        self._require_sizes()
        inputs = tuple(self._input(name) for name in self.inputs)
        for node in self._merged():
            self.ops.extend(map(_with_centred_weights, self._read(node)))
        outputs = tuple(self._output(name) for name in self.outputs)
        return Graph(self.name, inputs, outputs, tuple(self.ops))

    def _merged(self) -> list[Operator]:
        """The operators that are left, by the names of their tensors, some in place of several."""
        root, rounded = self.scales.root, self.scales.quants.keys()
        left = [replace(node, inputs=tuple(map(root, node.inputs)),
                        outputs=tuple(map(root, node.outputs)))
                for node in self.nodes if id(node) not in self.scales.gone]
        ends = tuple(map(root, self.outputs))
        left = merge_functions(left, self.constants, lambda name: name in rounded
                               or self.dtypes.get(name) == "float32", rounded | set(ends))
        return merge_shuffles(left, lambda name: self.types[name][1], ends)

    def _require_sizes(self) -> None:
        """Sizes are unknown behind operators that nobody knows: those are listed then."""
        unsized = [node for node in self.nodes for name in node.outputs
                   if name and self.types.get(name, ("", None))[1] is None]
        unknown = [Unsupported(node.name, Tensor(node.name, (), "int8"), node.kind, ())
                   for node in self.nodes if node.kind not in READERS]
        if unsized and unknown:
            raise UnsupportedError(problems(Graph(self.name, (), (), tuple(unknown))))
        if unsized:
            raise ModelError(f"{unsized[0].kind} `{unsized[0].name}`: the size of its output is not "
                             "known, export the model again with fixed sizes")

    def _tensor(self, name: str) -> Tensor | None:
        """The tensor of a value; one for all of its names."""
        if not name:
            return None
        root = self.scales.root(name)
        if root not in self.tensors:
            self.tensors[root] = self._constant(root) if root in self.constants else \
                self._activation(root)
        return self.tensors[root]

    def _activation(self, name: str) -> Tensor:
        dtype, shape = self.types[name]
        kind, quant = self.scales.of(name) or (dtype, None)
        return Tensor(name, shape, "int8" if kind in EIGHT_BITS else kind, quant)

    def _constant(self, name: str) -> Tensor:
        data = self.constants[name]
        return Tensor(name, data.shape, data.dtype.name, None, data)

    def _input(self, name: str) -> Port:
        tensor, dtype = self._tensor(name), self.types[name][0]
        if tensor.dtype == dtype:
            return Port(tensor, dtype, tensor.shape)
        held = self._as_held(name, tensor, dtype)
        self.ops.append(Quantize(f"{name}/quantize", tensor, held))
        return Port(held, dtype, held.shape)

    def _output(self, name: str) -> Port:
        tensor, dtype = self._tensor(name), self.types[name][0]
        if tensor.data is not None:
            raise ModelError(f"output `{name}` is a constant: nothing is to be computed")
        if tensor.dtype == dtype:
            return Port(tensor, dtype, tensor.shape)
        held = self._as_held(name, tensor, dtype)
        self.ops.append(Quantize(f"{name}/dequantize", held, tensor))
        return Port(held, dtype, held.shape)

    def _as_held(self, name: str, tensor: Tensor, dtype: str) -> Tensor:
        """A port's tensor as its user sees it: float32, or uint8."""
        quant = None
        if dtype in EIGHT_BITS:
            zeros = tuple(zero + EIGHT_BITS[dtype] for zero in tensor.quant.zero_points)
            quant = Quant(tensor.quant.scales, zeros, tensor.quant.axis)
        return Tensor(name, tensor.shape, dtype, quant)

    def _read(self, node: Operator) -> list[Op]:
        """The ops of an operator; one that we don't know as one op for each of its outputs."""
        if node.kind == "DequantizeLinear" and node.inputs[0] in self.constants:
            self.tensors[node.outputs[0]] = self._quantised_constant(node)
            return []
        if node.kind in RESHAPED and self._tensor(node.inputs[0]).data is not None:
            self.tensors[node.outputs[0]] = self._reshaped_constant(node)
            return []
        read = Node(node.kind, node.name, tuple(map(self._tensor, node.inputs)),
                    tuple(map(self._tensor, filter(None, node.outputs))), node.attributes,
                    self.opset)
        try:
            if node.kind not in READERS:
                raise Refused("")
            return list(_moved(read) if node.kind in MOVERS else READERS[node.kind](read))
        except Refused as refused:
            kind = f"{node.kind} {refused}".strip()
            reads = tuple(t for t in read.inputs if t is not None and t.data is None)
            return [Unsupported(read.name, output, kind, reads) for output in read.outputs]

    def _reshaped_constant(self, node: Operator) -> Tensor:
        """Quantised weights, which `fold` leaves, in another order or shape."""
        tensor, shape = self._tensor(node.inputs[0]), self.types[node.outputs[0]][1]
        if node.kind == "Transpose":
            rank = len(tensor.shape)
            return arranged(tensor, node.attributes.get("perm", range(rank)[::-1]))
        if tensor.quant and len(tensor.quant.scales) > 1 and shape != tensor.shape:
            raise ModelError(f"{node.kind} `{node.name}`: weights with several scales keep their "
                             "shape, export the model again")
        return replace(tensor, shape=shape, data=tensor.data.reshape(shape))

    def _quantised_constant(self, node: Operator) -> Tensor:
        name, found = node.inputs[0], quant_of(node, self.constants, self.dtypes)
        data = self.constants[name]
        if found is None:
            return Tensor(name, data.shape, "unknown", None, data)
        return as_int8(Tensor(name, data.shape, data.dtype.name, found[1], data))


def _moved(node: Node):
    """The ops of an operator that moves bytes; where another scale is asked for, in two steps."""
    quant = node.activation().quant
    inner = tuple(replace(output, name=f"{output.name}/moved", dtype="int8", quant=quant)
                  if quant and output.quant and output.quant != quant else output
                  for output in node.outputs)
    yield from READERS[node.kind](replace(node, outputs=inner))
    for output, moved in zip(node.outputs, inner):
        if moved is not output:
            yield Quantize(f"{node.name}/requantize", output, moved)


def as_int8(tensor: Tensor) -> Tensor:
    """A constant of uint8 as int8, and with zero point 0 where its values allow."""
    if tensor.dtype not in EIGHT_BITS:
        return tensor
    data = (tensor.data.astype(np.int16) - EIGHT_BITS[tensor.dtype]).astype(np.int8)
    tensor = replace(tensor, dtype="int8", data=data)
    centred = _centred(tensor)
    fits = centred.data.min(initial=0) >= -128 and centred.data.max(initial=0) <= 127
    return replace(centred, dtype="int8", data=centred.data.astype(np.int8)) if fits else tensor


def _centred(tensor: Tensor) -> Tensor:
    """A constant of int8 as int16 with zero point 0."""
    axis = tensor.quant.axis if len(tensor.quant.scales) > 1 else 0
    data, zeros = tensor.data.astype(np.int16), np.array(tensor.quant.zero_points)
    along = zeros.reshape([-1 if i == axis else 1 for i in range(data.ndim)]) if data.ndim else zeros[0]
    quant = replace(tensor.quant, zero_points=(0,) * len(zeros))
    return replace(tensor, dtype="int16", quant=quant, data=np.int16(data - along))


def _with_centred_weights(op: Op) -> Op:
    """The op with weights of nine bits where they have a zero point."""
    weights = getattr(op, "weights", None)
    if weights is None or weights.dtype != "int8" or not weights.quant \
            or not any(weights.quant.zero_points):
        return op
    return replace(op, weights=_centred(weights))


def _operator(node, number: int) -> Operator:
    name = (node.name or "".join(node.output[:1]) or f"operator {number}").split(";")[0]
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    kind = node.op_type if node.domain in DOMAINS else f"{node.domain}.{node.op_type}"
    return Operator(kind, name, tuple(node.input), tuple(node.output), attributes)


def _dtype(value) -> str:
    kind = value.type.tensor_type.elem_type
    if kind in (TensorProto.UNDEFINED, TensorProto.STRING):
        return "unknown"
    return helper.tensor_dtype_to_np_dtype(kind).name
