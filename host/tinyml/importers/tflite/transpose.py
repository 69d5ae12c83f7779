# SPDX-License-Identifier: MIT
"""TRANSPOSE"""
from tinyml.ops.transpose import Transpose


def read(op):
    return Transpose(op.name, op.outputs[0], op.input(0), tuple(op.constant(1).ravel().tolist()))


READS = {"TRANSPOSE": read}
