# SPDX-License-Identifier: MIT
"""Relu, Clip"""
from dataclasses import replace

from tinyml.importers.onnx.function import read_alone
from tinyml.importers.onnx.node import with_quant
from tinyml.ops.quantize import Quantize
from tinyml.ops.relu import Relu

KINDS = {(0, None): "relu", (0, 6): "relu6", (None, None): "none"}


def read_relu(node):
    yield Relu(node.name, node.output, node.activation(), "relu")


def read_clip(node):
    bounds = [_bound(node, *place) for place in (("min", 1), ("max", 2))]
    if tuple(bounds) not in KINDS:
        bounds = _needed(bounds, node.input(0).quant, node.output.quant)
    if tuple(bounds) not in KINDS:
        return read_alone(node)
    return _clamped(node, KINDS[tuple(bounds)])


def _clamped(node, kind: str):
    """relu6 clamps by the scale of its input, so another one comes behind it."""
    input, output = node.activation(), node.output
    if kind == "none":
        yield Quantize(node.name, output, input)
    elif kind == "relu6" and input.quant != output.quant:
        inner = with_quant(replace(output, name=f"{output.name}/clamped"), input.quant)
        yield Relu(node.name, inner, input, kind)
        yield Quantize(f"{node.name}/requantize", output, inner)
    else:
        yield Relu(node.name, output, input, kind)


def _bound(node, name: str, number: int) -> float | None:
    value = node.values(name, number)
    value = value[0] if isinstance(value, list) else value
    return None if value is None or abs(value) > 3e38 else value


def _needed(bounds, *quants):
    """The bounds without those that no byte of the output reaches."""
    if None in quants:
        return bounds
    low, high = (quants[1].scale * (byte - quants[1].zero_point) for byte in (-128, 127))
    half = quants[1].scale / 2
    return [None if bounds[0] is not None and bounds[0] <= low + half else bounds[0],
            None if bounds[1] is not None and bounds[1] >= high - half else bounds[1]]


READS = {"Relu": read_relu, "Clip": read_clip}
