# SPDX-License-Identifier: MIT
"""RELU, RELU6 that stand alone"""
from tinyml.ops.relu import Relu


def read(op):
    return Relu(op.name, op.outputs[0], op.input(0), op.kind.lower())


READS = {"RELU": read, "RELU6": read}
