# SPDX-License-Identifier: MIT
"""SHAPE, and what is computed from shapes: STRIDED_SLICE, PACK, ... of int32"""
from tinyml.ops.shape import Shape
from tinyml.ops.unsupported import Unsupported


def read(op):
    reads = tuple(tensor for tensor in op.inputs if tensor is not None)
    if op.outputs[0].dtype in ("int32", "int64"):
        return Shape(op.name, op.outputs[0], reads)
    return Unsupported(op.name, op.outputs[0], op.kind, reads)


READS = {"SHAPE": read, "STRIDED_SLICE": read, "PACK": read, "CONCATENATION": read, "GATHER": read}
