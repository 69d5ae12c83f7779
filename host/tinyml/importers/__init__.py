# SPDX-License-Identifier: MIT
"""Model files in, graphs out. An importer reads and names; it does not optimise."""
from importlib.util import find_spec

from tinyml.errors import ModelError
from tinyml.importers.onnx.recognise import is_onnx
from tinyml.importers.tflite.reader import read_tflite
from tinyml.ir import Graph


def import_model(model: bytes, name: str) -> Graph:
    """The graph of a model file; the format is known by its content.

    Raises ModelError if it is no model file of a known format, or a damaged one.
    """
    if model[4:8] == b"TFL3":
        return read_tflite(model, name)
    if is_onnx(model):
        return _read_onnx(model, name)
    raise ModelError(f"`{name}` is not a .tflite or .onnx model: {_looks_like(model)}")


def with_shapes(model: bytes, name: str, shapes: dict[str, tuple[int, ...]]) -> bytes:
    """The model with inputs of those shapes, by their names; "" is an only input. Raises ModelError
    where they don't fit."""
    if not shapes:
        return model
    if not is_onnx(model):
        raise ModelError(f"`{name}` is no .onnx file: only of those --shape tells sizes, convert "
                         "others again with the sizes wanted")
    _require_onnx(name)
    from tinyml.importers.onnx import shapes as onnx
    return onnx.with_shapes(model, name, shapes)


def _read_onnx(model: bytes, name: str) -> Graph:
    _require_onnx(name)
    from tinyml.importers.onnx.reader import read_onnx
    return read_onnx(model, name)


def _require_onnx(name: str) -> None:
    if find_spec("onnx") is None:
        raise ModelError(f"`{name}` is an ONNX file, which the package `onnx` reads: install it "
                         "with `pip install tinyml-mpy[onnx]`")


def _looks_like(model: bytes) -> str:
    if not model:
        return "the file is empty"
    if model[:4] == b"TML\0":
        return "it is a packed schedule already, run it with `tinyml run`"
    if model[:4] == b"PK\x03\x04":
        return "it is a zip archive (Keras or PyTorch?), convert the model to int8 .tflite first"
    if model[:8] == b"\x89HDF\r\n\x1a\n":
        return "it is a Keras .h5 file, convert the model to int8 .tflite first"
    return "bytes 4 to 7 should be TFL3; convert the model to int8 .tflite first"
