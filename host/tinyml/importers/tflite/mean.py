# SPDX-License-Identifier: MIT
"""MEAN"""
from tinyml.ops.mean import Mean


def read(op):
    rank = len(op.input(0).shape)
    axes = sorted({int(axis) % rank for axis in op.constant(1).ravel()})
    return Mean(op.name, op.outputs[0], op.input(0), tuple(axes))


READS = {"MEAN": read}
