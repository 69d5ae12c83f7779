# SPDX-License-Identifier: MIT
"""TRANSPOSE"""
from tinyml.errors import ModelError
from tinyml.importers.tflite.options import of_rank
from tinyml.ops.transpose import Transpose


def read(op):
    axes = tuple(op.constant(1).ravel().tolist())
    of_rank(op.input(0), len(axes))
    if sorted(axes) != list(range(len(axes))):
        raise ModelError(f"{op.kind} `{op.name}`: {axes} is no order of the input's axes")
    return Transpose(op.name, op.outputs[0], op.input(0), axes)


READS = {"TRANSPOSE": read}
