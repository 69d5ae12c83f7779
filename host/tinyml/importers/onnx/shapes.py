# SPDX-License-Identifier: MIT
"""Inputs of an ONNX model whose sizes its user tells."""
from google.protobuf.message import DecodeError
from onnx import ModelProto

from tinyml.errors import ModelError

ONLY = ""                       # stands for the name of an only input


def real_inputs(graph) -> list:
    """The inputs without those of old files that are constants."""
    constants = {tensor.name for tensor in graph.initializer}
    return [value for value in graph.input if value.name not in constants]


def shape_text(value) -> str:
    """The shape of an input, for people."""
    dims = value.type.tensor_type.shape.dim
    return " x ".join(str(dim.dim_value or dim.dim_param or "?") for dim in dims) or "of any shape"


def with_shapes(model: bytes, name: str, shapes: dict[str, tuple[int, ...]]) -> bytes:
    """The model with those sizes. Raises ModelError where they don't fit."""
    proto = ModelProto()
    try:
        proto.ParseFromString(model)
    except DecodeError as error:
        raise ModelError(f"`{name}` is a damaged ONNX file ({error}): export it again") from error
    inputs = {value.name: value for value in real_inputs(proto.graph)}
    for asked, shape in shapes.items():
        wanted = next(iter(inputs)) if asked == ONLY and len(inputs) == 1 else asked
        if wanted not in inputs:
            known = ", ".join(f"`{input}`" for input in inputs)
            raise ModelError(f"`{name}` has {f'no input `{asked}`' if asked else 'several inputs'}: "
                             f"give --shape NAME=1,3,224,224 of {known}")
        _fix(inputs[wanted], shape)
    return proto.SerializeToString()


def _fix(value, shape: tuple[int, ...]) -> None:
    kind = value.type.tensor_type
    dims = kind.shape.dim if kind.HasField("shape") else [kind.shape.dim.add() for _ in shape]
    if len(dims) != len(shape) or any(dim.dim_value not in (0, size)
                                      for dim, size in zip(dims, shape)):
        raise ModelError(f"input `{value.name}` is {shape_text(value)}, --shape says "
                         f"{' x '.join(map(str, shape))}: only sizes that are unknown can be told")
    for dim, size in zip(dims, shape):
        dim.dim_value = size
