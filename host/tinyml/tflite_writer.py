# SPDX-License-Identifier: MIT
"""Tensors and operators to the bytes of a `.tflite` file, a flatbuffer of schema 3."""
from dataclasses import dataclass

import flatbuffers
import numpy as np
import tflite


@dataclass(frozen=True)
class Tensor:
    """`index`: which one of the file's tensors; `buffer`: which buffer holds its values, 0 for none."""

    index: int
    name: str
    shape: tuple
    dtype: str
    scales: tuple = ()
    zero_points: tuple = ()
    axis: int = 0
    buffer: int = 0
    is_variable: bool = False

    @property
    def quant(self):
        """(scale, zero point) of a tensor with one scale, or None."""
        return (self.scales[0], self.zero_points[0]) if self.scales else None


@dataclass(frozen=True)
class Operator:
    """`version`: the first that knows operands of these types."""

    code: int
    custom: str
    inputs: tuple                       # None for an optional one that is not there
    outputs: tuple
    options: tuple                      # (name of the options table, {field: value}), or ()
    intermediates: tuple = ()
    version: int = 1


def write(tensors, operators, buffers, inputs, outputs):
    """The file. Buffer 0 is empty."""
    fb = flatbuffers.Builder(1024)
    codes = list(dict.fromkeys(map(_code, operators)))
    stored = [_table(fb, "Buffer", Data=_bytes(fb, data)) for data in buffers]
    subgraph = _table(
        fb, "SubGraph", Name=fb.CreateString("main"),
        Tensors=_vector(fb, [_write_tensor(fb, tensor) for tensor in tensors]),
        Operators=_vector(fb, [_write_operator(fb, op, codes) for op in operators]),
        Inputs=_indices(fb, inputs), Outputs=_indices(fb, outputs))
    model = _table(
        fb, "Model", Version=3, Description=fb.CreateString("written by tinyml"),
        OperatorCodes=_vector(fb, [_write_code(fb, *code) for code in codes]),
        Subgraphs=_vector(fb, [subgraph]), Buffers=_vector(fb, stored))
    fb.Finish(model, file_identifier=b"TFL3")
    return bytes(fb.Output())


def _write_tensor(fb, tensor):
    fields = {"Name": fb.CreateString(tensor.name), "Buffer": tensor.buffer,
              "Shape": fb.CreateNumpyVector(np.array(tensor.shape, np.int32)),
              "Type": getattr(tflite.TensorType, tensor.dtype.upper())}
    if tensor.is_variable:
        fields["IsVariable"] = True
    if tensor.scales:
        scale = fb.CreateNumpyVector(np.array(tensor.scales, np.float32))
        zero_point = fb.CreateNumpyVector(np.array(tensor.zero_points, np.int64))
        fields["Quantization"] = _table(fb, "QuantizationParameters", Scale=scale,
                                        ZeroPoint=zero_point, QuantizedDimension=tensor.axis)
    return _table(fb, "Tensor", **fields)


def _write_operator(fb, op, codes):
    fields = {"OpcodeIndex": codes.index(_code(op)),
              "Inputs": _indices(fb, op.inputs), "Outputs": _indices(fb, op.outputs),
              "Intermediates": _indices(fb, op.intermediates) if op.intermediates else None}
    if op.options:
        name, values = op.options
        values = {field: _field(fb, value) for field, value in values.items()}
        fields["BuiltinOptionsType"] = getattr(tflite.BuiltinOptions, name)
        fields["BuiltinOptions"] = _table(fb, name, **values)
    return _table(fb, "Operator", **fields)


def _field(fb, value):
    """A string or an array is written first; a field says where."""
    if isinstance(value, str):
        return fb.CreateString(value)
    return fb.CreateNumpyVector(value) if isinstance(value, np.ndarray) else value


def _code(op):
    """What operators have in common that share an entry in the list of codes."""
    return op.code, op.custom, op.version


def _write_code(fb, code, custom, version):
    # Codes above 127 exist only in the wide field; the narrow one then holds 127.
    fields = {"DeprecatedBuiltinCode": min(code, 127), "BuiltinCode": code, "Version": version}
    if custom:
        fields["CustomCode"] = fb.CreateString(custom)
    return _table(fb, "OperatorCode", **fields)


def _table(fb, name, **fields):
    """Writes a table by the field names of the schema; None leaves a field out."""
    getattr(tflite, f"{name}Start")(fb)
    for field, value in fields.items():
        if value is not None:
            getattr(tflite, f"{name}Add{field}")(fb, value)
    return getattr(tflite, f"{name}End")(fb)


def _vector(fb, offsets):
    fb.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        fb.PrependUOffsetTRelative(offset)
    return fb.EndVector()


def _indices(fb, tensors):
    indices = [-1 if tensor is None else tensor.index for tensor in tensors]
    return fb.CreateNumpyVector(np.array(indices, np.int32))


def _bytes(fb, data):
    """The schema asks for data of tensors to be aligned to 16."""
    if not data:
        return None
    fb.StartVector(1, len(data), 16)
    fb.head -= len(data)
    fb.Bytes[fb.head : fb.head + len(data)] = data
    return fb.EndVector()
