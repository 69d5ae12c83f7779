# SPDX-License-Identifier: MIT
"""ONNX models op by op, quantised in the way of QDQ: every tensor between two operators."""
from dataclasses import dataclass, field

import numpy as np
from onnx import TensorProto, helper, numpy_helper

TYPES = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8, "float32": TensorProto.FLOAT,
         "int64": TensorProto.INT64}
RNG = np.random.default_rng(5)


def ints(*shape):
    """Bytes at random."""
    return RNG.integers(-127, 128, shape).astype(np.int8)


def reals(*shape):
    return RNG.normal(0, 1, shape).astype(np.float32)


@dataclass(frozen=True)
class Scale:
    """Of a tensor; `zero_point` in the range of its type."""

    scale: float
    zero_point: int = 0
    dtype: str = "int8"

    @property
    def low(self) -> int:
        return 0 if self.dtype == "uint8" else -128


@dataclass
class Builder:
    """Collects one model. Values are their names."""

    opset: int = 13
    nodes: list = field(default_factory=list)
    inputs: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    constants: list = field(default_factory=list)

    def __post_init__(self):
        """Models are the same, whatever was built before."""
        global RNG
        RNG = np.random.default_rng(5)

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes) -> str:
        """An operator with one output."""
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, array) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def input(self, shape, dtype: str = "float32", name: str = "") -> str:
        name = name or f"input_{len(self.inputs)}"
        self.inputs.append(helper.make_tensor_value_info(name, TYPES[dtype], shape))
        return name

    def scale(self, scale: Scale) -> tuple[str, str]:
        return (self.constant(np.float32(scale.scale)),
                self.constant(np.dtype(scale.dtype).type(scale.zero_point)))

    def quantised_input(self, shape, scale: Scale) -> str:
        """The real values of an input of bytes."""
        return self.node("DequantizeLinear", self.input(shape, scale.dtype), *self.scale(scale))

    def weights(self, integers, scales, axis: int = 0) -> str:
        """The real values of constant bytes."""
        scales = np.float32(scales)
        zeros = np.zeros(scales.shape, integers.dtype)
        return self.node("DequantizeLinear", self.constant(integers), self.constant(scales),
                         self.constant(zeros), **({"axis": axis} if scales.ndim else {}))

    def quantised(self, value: str, scale: Scale) -> str:
        """The bytes of real values."""
        return self.node("QuantizeLinear", value, *self.scale(scale))

    def requantised(self, value: str, scale: Scale) -> str:
        """Real values, rounded."""
        return self.node("DequantizeLinear", self.quantised(value, scale), *self.scale(scale))

    def output(self, value: str, dtype: str = "float32", shape=None) -> None:
        self.outputs.append(helper.make_tensor_value_info(value, TYPES[dtype], shape))

    def finish(self) -> bytes:
        graph = helper.make_graph(self.nodes, "model", self.inputs, self.outputs, self.constants)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
