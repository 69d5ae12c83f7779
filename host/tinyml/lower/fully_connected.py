# SPDX-License-Identifier: MIT
"""fully_connected -> fully_connected, or conv2d with a 1x1 window.

One row with one scale is the fully_connected step. Several rows are pixels, and a scale per output
is what conv2d has.
"""
from tinyml.fixed_point import quantize_multiplier
from tinyml.lower.numbers import clamp_numbers, zero_points
from tinyml.lower.requantise import channel_quant, folded_bias
from tinyml.lower.step import LoweredStep, View, views
from tinyml.ops.common import real_multiplier


def lower(op):
    """One step."""
    outputs, depth = op.weights.shape
    if op.rows == 1 and len(op.weights.quant.scales) == 1:
        mult, shift = quantize_multiplier(real_multiplier(op, op.weights.quant.scale))
        numbers = zero_points(op) | clamp_numbers(op) | {"mult": mult, "shift": shift}
        del numbers["input_zp"]
        yield LoweredStep("fully_connected", views(op, output=View(op.output, (1, outputs, 1))),
                          numbers, {"weights": op.weights.data,
                                    "bias": folded_bias(op, outputs, axis=0)},
                          op.products(), window=None)
        return
    arrays = {"weights": op.weights.data} | channel_quant(op, outputs, axis=0)
    yield LoweredStep("conv2d", {"output": View(op.output, (1, op.rows, outputs)),
                                 "input": View(op.input, (1, op.rows, depth))},
                      zero_points(op) | clamp_numbers(op), arrays, op.products())
