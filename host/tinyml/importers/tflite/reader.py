# SPDX-License-Identifier: MIT
"""Reads a .tflite file. Each family's file of this folder turns its operators into ops."""
import struct
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from importlib import import_module
from math import isfinite
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import tflite

from tinyml.errors import ModelError
from tinyml.importers.tflite.variables import KINDS as VARIABLES
from tinyml.importers.tflite.variables import Variables
from tinyml.ir import Graph, Op, Port, Quant, Tensor, check_graph
from tinyml.ops.unsupported import Unsupported

OPERATOR_NAMES = {code: name for name, code in vars(tflite.BuiltinOperator).items()
                  if isinstance(code, int)}
DTYPES = {tflite.TensorType.FLOAT32: "float32", tflite.TensorType.INT32: "int32",
          tflite.TensorType.UINT8: "uint8", tflite.TensorType.INT64: "int64",
          tflite.TensorType.INT16: "int16", tflite.TensorType.INT8: "int8",
          tflite.TensorType.BOOL: "bool", tflite.TensorType.FLOAT16: "float16",
          tflite.TensorType.FLOAT64: "float64"}


@dataclass(frozen=True)
class Operator:
    """One operator of the file, its tensors found. An input left out is None. `variables`: tensors
    that last, and that no operator has taken yet."""

    kind: str
    name: str
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    table: object                       # the flatbuffer table of its options
    variables: set[Tensor]

    def options(self, type):
        """The options, read as a table of that type."""
        options = type()
        if self.table is None:
            raise ModelError(f"{self.kind} `{self.name}`: its options are missing")
        options.Init(self.table.Bytes, self.table.Pos)
        return options

    def input(self, number: int) -> Tensor | None:
        """An input, or None."""
        return self.inputs[number] if number < len(self.inputs) else None

    def constant(self, number: int) -> np.ndarray:
        """The values of an input that must be constant."""
        tensor = self.input(number)
        if tensor is None or tensor.data is None:
            raise ModelError(f"{self.kind} `{self.name}`: input {number} must be a constant")
        return tensor.data

    def variable(self, number: int) -> Tensor:
        """An input that lasts from run to run. It is taken: nobody else may have it."""
        tensor = self.input(number)
        if tensor not in self.variables:
            raise ModelError(f"{self.kind} `{self.name}`: input {number} must be a variable, and "
                             "its own")
        self.variables.remove(tensor)
        return tensor


def read_tflite(model: bytes, name: str) -> Graph:
    """The graph of the main subgraph. Raises ModelError for a damaged file."""
    try:
        return check_graph(_read(tflite.Model.GetRootAsModel(bytearray(model), 0), name))
    except (struct.error, IndexError, ValueError, TypeError, AttributeError, KeyError,
            OverflowError, MemoryError, ZeroDivisionError, AssertionError) as error:
        raise ModelError(f"`{name}` is a damaged .tflite file ({error}): export it again") from error


def _read(model, name: str) -> Graph:
    if model.Version() != 3:
        raise ModelError(f"`{name}` has TensorFlow Lite schema {model.Version()}, only 3 is known")
    main, ops = _Subgraph(model, 0), []
    variables = Variables(lambda number: _Subgraph(model, number).operators())
    for operator in main.operators():
        if operator.kind in VARIABLES:
            main.now.update(variables.read(operator))
        elif operator.kind == "DEQUANTIZE" and operator.input(0).dtype == "float16":
            main.now[operator.outputs[0]] = _widened(operator)
        else:
            ops.extend(_ops(operator))
    inputs, outputs = (main.pick(indices()) for indices in (
        main.table.InputsAsNumpy, main.table.OutputsAsNumpy))
    states = variables.states() + tuple(state for op in ops for state in op.states)
    return Graph(name, _ports(inputs), _ports(outputs), (*ops, *variables.assignments()), states)


class _Subgraph:
    """`now`: what stands for a tensor of the file from here on, where that is another."""

    def __init__(self, model, number: int):
        self.model, self.table = model, model.Subgraphs(number)
        self.tensors = [_tensor(model, self.table.Tensors(i), i)
                        for i in range(self.table.TensorsLength())]
        self.now: dict[Tensor, Tensor] = {}
        self.variables = {tensor for i, tensor in enumerate(self.tensors)
                          if self.table.Tensors(i).IsVariable()}

    def pick(self, indices) -> tuple[Tensor | None, ...]:
        tensors = [None if i < 0 else self.tensors[i] for i in _indices(indices)]
        return tuple(self.now.get(tensor, tensor) for tensor in tensors)

    def operators(self) -> Iterator[Operator]:
        """In order."""
        for number in range(self.table.OperatorsLength()):
            operator = self.table.Operators(number)
            outputs = self.pick(operator.OutputsAsNumpy())
            yield Operator(_kind(self.model.OperatorCodes(operator.OpcodeIndex())),
                           _short(outputs, number), self.pick(operator.InputsAsNumpy()), outputs,
                           operator.BuiltinOptions(), self.variables)


def _widened(operator: Operator) -> Tensor:
    """A constant of float16 as the float32 that it stands for."""
    data = operator.constant(0).astype(np.float32)
    return replace(operator.outputs[0], data=data, shape=data.shape)


def _indices(array):
    return () if isinstance(array, int) else [int(i) for i in array]


def _ports(tensors):
    return tuple(Port(tensor, tensor.dtype, tensor.shape) for tensor in tensors)


def _short(outputs, number: int) -> str:
    """A name for an operator, which has none: that of its output, without its history."""
    return outputs[0].name.split(";")[0] if outputs else f"operator {number}"


def _kind(code) -> str:
    builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if builtin == tflite.BuiltinOperator.CUSTOM:
        return (code.CustomCode() or b"CUSTOM").decode("utf-8", "replace")
    return OPERATOR_NAMES.get(builtin, f"operator {builtin}")


def _tensor(model, tensor, number: int) -> Tensor:
    name = (tensor.Name() or b"").decode("utf-8", "replace") or f"tensor {number}"
    shape = tuple(_indices(tensor.ShapeAsNumpy()))
    dtype = DTYPES.get(tensor.Type(), f"type {tensor.Type()}")
    return Tensor(name, shape, dtype, _quant(tensor.Quantization()),
                  _constant(model, tensor, name, shape, dtype))


def _quant(quant) -> Quant | None:
    if quant is None or quant.ScaleLength() == 0:
        return None
    scales = tuple(float(s) for s in quant.ScaleAsNumpy())
    if not all(map(isfinite, scales)):      # but below 0 there are some in real models
        raise ValueError("a scale is not finite")
    zeros = tuple(_indices(quant.ZeroPointAsNumpy())) or (0,) * len(scales)
    return Quant(scales, zeros, quant.QuantizedDimension())


def _constant(model, tensor, name: str, shape, dtype: str) -> np.ndarray | None:
    raw = model.Buffers(tensor.Buffer()).DataAsNumpy()
    if isinstance(raw, int) or raw.size == 0:
        return None
    try:
        array = np.frombuffer(raw.tobytes(), np.dtype(dtype).newbyteorder("<"))
        return array.reshape(shape)
    except (TypeError, ValueError):
        raise ModelError(f"constant `{name}`: {raw.size} bytes do not make {shape} of {dtype}")


def _ops(operator: Operator) -> list[Op]:
    """The operator as an op; one that we don't know as one op for each of its outputs."""
    make = READERS.get(operator.kind)
    if make is not None and (len(operator.outputs) == 1 or operator.kind in MANY):
        made = make(operator)
        return [_complete(op) for op in (made if isinstance(made, list) else [made])]
    reads = tuple(tensor for tensor in operator.inputs if tensor is not None)
    outputs = operator.outputs or (Tensor(operator.name, (), "int8"),)
    return [Unsupported(operator.name, output, operator.kind, reads) for output in outputs]


def _complete(op: Op) -> Op:
    """The op, which has all the tensors it can't do without."""
    for field in fields(op):
        value = getattr(op, field.name)
        if field.type is Tensor and value is None or isinstance(value, tuple) and None in value:
            raise ModelError(f"{op.label} `{op.name}`: its {field.name} is missing")
    return op


HELPERS = ("options", "reader", "variables")
FILES = {file.name: import_module(f"{__package__}.{file.name}")
         for file in iter_modules([str(Path(__file__).parent)]) if file.name not in HELPERS}
MANY = {kind: make for file in FILES.values() for kind, make in vars(file).get("MANY", {}).items()}
READERS = {kind: make for file in FILES.values() for kind, make in file.READS.items()} | MANY
"""Operators' readers by their names; those of MANY may have several outputs."""
