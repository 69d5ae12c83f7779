# SPDX-License-Identifier: MIT
"""RESHAPE and its relatives. The shape is that of the output tensor: an input that says it,
constant or computed, is not read."""
from tinyml.ops.reshape import Reshape


def read(op):
    return Reshape(op.name, op.outputs[0], op.input(0))


READS = {"RESHAPE": read, "SQUEEZE": read, "EXPAND_DIMS": read}
