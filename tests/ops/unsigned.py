# SPDX-License-Identifier: MIT
"""The same model with all its bytes 128 higher: int8 becomes uint8, in place in its file."""
import numpy as np
import tflite
from flatbuffers import number_types

from tests.ops.draw import Case

TYPE = 6                        # where a tensor's table has its type


def as_unsigned(case: Case) -> Case:
    """A case of int8 tensors as one of uint8: zero points and bytes move together."""
    model = bytearray(case.model)
    table = tflite.Model.GetRootAs(model, 0)
    graph = table.Subgraphs(0)
    for number in range(graph.TensorsLength()):
        tensor = graph.Tensors(number)
        if tensor.Type() == tflite.TensorType.INT8:
            model[tensor._tab.Pos + tensor._tab.Offset(TYPE)] = tflite.TensorType.UINT8
            _raise(model, tensor.Quantization(), table.Buffers(tensor.Buffer()))
    return Case(bytes(model), tuple(map(_raised, case.inputs)), _raised(case.expected))


def _raise(model: bytearray, quant, buffer) -> None:
    """Moves the zero points of a tensor and its bytes, if it has any."""
    for i in range(quant.ZeroPointLength() if quant else 0):
        start = quant._tab.Vector(quant._tab.Offset(10)) + 8 * i
        model[start:start + 8] = np.int64(quant.ZeroPoint(i) + 128).tobytes()
    if buffer.DataLength():
        start = buffer._tab.Vector(buffer._tab.Offset(4))
        for i in range(start, start + buffer.DataLength()):
            model[i] ^= 0x80


def _raised(array: np.ndarray) -> np.ndarray:
    return (array.astype(np.int16) + 128).astype(np.uint8) if array.dtype == np.int8 else array
