# SPDX-License-Identifier: MIT
"""Sigmoid, Tanh, HardSwish, LeakyRelu, Elu, Abs"""
from dataclasses import replace

from tinyml.importers.onnx.function import read_alone
from tinyml.importers.onnx.node import with_quant
from tinyml.ir import Quant
from tinyml.ops.quantize import Quantize
from tinyml.ops.unary import OUTPUTS, Unary, known_output


def reader(function: str):
    def read(node):
        return _standard(node, Unary(node.name, node.output, node.activation(), function))
    return read


def read_leaky_relu(node):
    yield Unary(node.name, node.output, node.activation(), "leaky_relu", node.get("alpha", 0.01))


def read_elu(node):
    if node.get("alpha", 1.0) != 1:
        return read_alone(node)
    return reader("elu")(node)


def _standard(node, op: Unary):
    """The op; where bytes of another scale are asked for, or none, requantised behind."""
    if op.input.quant is None or op.function not in OUTPUTS \
            or op.output.quant and not known_output(op):
        yield op
        return
    scale, zero_point = OUTPUTS[op.function]
    standard = replace(op.output, name=f"{op.output.name}/standard")
    inner = with_quant(standard, Quant((scale,), (zero_point,)))
    yield replace(op, output=inner)
    yield Quantize(f"{node.name}/requantize", op.output, inner)


READS = {"Sigmoid": reader("logistic"), "Tanh": reader("tanh"), "HardSwish": reader("hard_swish"),
         "Abs": reader("abs"), "LeakyRelu": read_leaky_relu, "Elu": read_elu}
