# SPDX-License-Identifier: MIT
"""Real numbers of 16 and 64 bits in a file become such of 32, in which all is computed."""
import numpy as np
from onnx import AttributeProto, TensorProto, numpy_helper

REAL = TensorProto.FLOAT
OTHERS = {TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE}


def as_float32(graph) -> None:
    """Changes constants, types of inputs and outputs, and what is cast to."""
    for tensor in graph.initializer:
        _convert(tensor)
    for value in (*graph.input, *graph.output):
        if value.type.tensor_type.elem_type in OTHERS:
            value.type.tensor_type.elem_type = REAL
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == AttributeProto.TENSOR:
                _convert(attribute.t)
            elif node.op_type == "Cast" and attribute.name == "to" and attribute.i in OTHERS:
                attribute.i = REAL


def _convert(tensor) -> None:
    if tensor.data_type in OTHERS and tensor.data_location != TensorProto.EXTERNAL:
        array = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
