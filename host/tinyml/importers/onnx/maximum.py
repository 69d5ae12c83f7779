# SPDX-License-Identifier: MIT
"""Max, Min of two"""
from dataclasses import replace

from tinyml.importers.onnx.function import read_alone
from tinyml.importers.onnx.node import Refused, as_bytes
from tinyml.ops.binary import Binary
from tinyml.ops.quantize import Quantize
from tinyml.ops.relu import Relu

KINDS = {"Max": "maximum", "Min": "minimum"}


def read(node):
    """In the scale of the output; with a number it is a function of one element."""
    if len(node.inputs) != 2:
        raise Refused(f"of {len(node.inputs)} tensors")
    constant = next((tensor for tensor in node.inputs if tensor.data is not None), None)
    if constant is not None and constant.elements == 1:
        given = next(tensor for tensor in node.inputs if tensor is not constant)
        yield from [Relu(node.name, node.output, given, "relu")] \
            if node.kind == "Max" and constant.data.item() == 0 else read_alone(node)
        return
    operands, quant = [], node.output.quant
    for number, part in enumerate(node.inputs):
        if quant and part.data is not None:
            part = as_bytes(part, quant)
        elif quant and part.quant and part.quant != quant:
            given, part = part, replace(part, name=f"{node.name}/{number}", quant=quant)
            yield Quantize(part.name, part, given)
        operands.append(part)
    yield Binary(node.name, node.output, *operands, kind=KINDS[node.kind])


READS = dict.fromkeys(KINDS, read)
