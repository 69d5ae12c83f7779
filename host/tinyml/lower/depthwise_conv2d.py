# SPDX-License-Identifier: MIT
"""depthwise_conv2d -> depthwise_conv2d, weights HWO as they come."""
from tinyml.lower.numbers import clamp_numbers, window_of, zero_points
from tinyml.lower.requantise import channel_quant
from tinyml.lower.step import LoweredStep, views


def lower(op):
    """One step."""
    numbers = zero_points(op) | clamp_numbers(op) | {"multiplier": op.multiplier}
    arrays = {"weights": op.weights.data} | channel_quant(op, op.weights.shape[3], axis=3)
    yield LoweredStep("depthwise_conv2d", views(op), numbers, arrays, op.products(),
                      window_of(op.weights.shape[1:3], op))
