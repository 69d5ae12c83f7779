# SPDX-License-Identifier: MIT
"""PRelu"""
from tinyml.importers.onnx.node import as_bytes, reals
from tinyml.ops.binary import Binary
from tinyml.ops.unary import Unary


def read(node):
    """One slope for all is a leaky relu."""
    slopes = node.constant(1)
    if slopes.elements == 1:
        yield Unary(node.name, node.output, node.activation(), "leaky_relu",
                    float(reals(slopes).item()))
        return
    slopes = as_bytes(slopes) if node.activation().quant else slopes
    yield Binary(node.name, node.output, node.activation(), slopes, kind="prelu")


READS = {"PRelu": read}
