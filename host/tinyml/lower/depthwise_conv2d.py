# SPDX-License-Identifier: MIT
"""depthwise_conv2d -> depthwise_conv2d, weights HWO as they come."""
from tinyml.lower.numbers import clamp_numbers, window_numbers, zero_points
from tinyml.lower.requantise import channel_quant
from tinyml.lower.step import LoweredStep, view


def lower(op):
    """One step."""
    numbers = window_numbers(op.weights.shape[1:3], op) | zero_points(op) | clamp_numbers(op)
    arrays = {"weights": op.weights.data} | channel_quant(op, op.weights.shape[3], axis=3)
    yield LoweredStep("depthwise_conv2d", op,
                      {"output": view(op.output), "input": view(op.input)},
                      numbers | {"multiplier": op.multiplier}, arrays)
