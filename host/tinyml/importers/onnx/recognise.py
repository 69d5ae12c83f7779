# SPDX-License-Identifier: MIT
"""Tells an ONNX file by its content, without the package that reads it."""
VERSION, GRAPH, OPSETS = 1, 7, 8    # fields of a ModelProto that every model has
FIELDS = range(1, 32)           # far more than it has


def is_onnx(model: bytes) -> bool:
    """Whether the bytes are those of a protocol buffer with a graph in it, and its version before it
    or operator sets behind it: of a file that is cut off, those are lost."""
    found = _fields(model)
    return GRAPH in found and not found.isdisjoint((VERSION, OPSETS))


def _fields(model: bytes) -> set[int]:
    """The numbers of the outermost fields, as far as they make sense; a file that ends too early
    is a damaged one, and still of its kind."""
    at, found = 0, set()
    while at < len(model):
        key, at = _varint(model, at)
        if key >> 3 not in FIELDS or key & 7 not in (0, 2):
            return set()
        found.add(key >> 3)
        value, at = _varint(model, at)
        at += value if key & 7 == 2 else 0
    return found


def _varint(model: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits per byte, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        byte = model[at + shift // 7] if at + shift // 7 < len(model) else 0
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at + shift // 7 + 1
    return value, len(model)
