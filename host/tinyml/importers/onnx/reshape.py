# SPDX-License-Identifier: MIT
"""Reshape and its relatives. The shape is that of the output, known when the file is read."""
from tinyml.importers.onnx.node import Refused
from tinyml.ops.reshape import Reshape


def read(node):
    if node.output.elements != node.activation().elements:
        raise Refused("that changes the size")
    yield Reshape(node.name, node.output, node.input(0))


def read_cast(node):
    """To the type that it has: once the real numbers of all widths are one type, many are so."""
    if node.output.dtype != node.activation().dtype:
        raise Refused(f"to {node.output.dtype}")
    return read(node)


READS = dict.fromkeys(("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout",
                       "Expand"), read) | {"Cast": read_cast}
