# SPDX-License-Identifier: MIT
"""quantize -> lookup: another scale, or another type of 8 bits."""
import numpy as np

from tinyml.lower.fixed_point import requantise
from tinyml.lower.requantise import quantize_multiplier
from tinyml.lower.step import LoweredStep, views

RANGES = {"int8": (-128, 127), "uint8": (0, 255)}


def lower(op):
    """One step, in place."""
    mult, shift = quantize_multiplier(op.input.quant.scale / op.output.quant.scale)
    low, high = RANGES[op.output.dtype]
    table = []
    for byte in range(-128, 128):               # the input's byte, read as int8
        value = byte % 256 if op.input.dtype == "uint8" else byte
        q = requantise(value - op.input.quant.zero_point, mult, shift) + op.output.quant.zero_point
        table.append(max(low, min(high, q)))
    yield lookup(op, table)


def lookup(op, table) -> LoweredStep:
    """A lookup step for the outputs of inputs -128 ... 127."""
    array = np.array(table, np.int64).astype(np.uint8).view(np.int8)
    return LoweredStep("lookup", views(op), arrays={"table": array}, in_place=(op.input,))
