# SPDX-License-Identifier: MIT
"""SHAPE, and what is computed from shapes: STRIDED_SLICE, PACK, ... of int32"""
from functools import wraps

from tinyml.ops.shape import Shape


def shape_arithmetic(read):
    """The reader of an operator that may also stand between shapes: there it is a Shape."""
    @wraps(read)
    def read_either(op):
        return (shape if op.outputs[0].dtype in ("int32", "int64") else read)(op)
    return read_either


def shape(op):
    return Shape(op.name, op.outputs[0], tuple(t for t in op.inputs if t is not None))


READS = {"SHAPE": shape}
