# SPDX-License-Identifier: MIT
"""depthwise_conv2d -> depthwise_conv2d, or conv2d where there is one input channel."""
from tinyml.lower.conv2d import convolution
from tinyml.lower.numbers import clamp_numbers, window_of, zero_points
from tinyml.lower.requantise import filters
from tinyml.lower.step import LoweredStep, views
from tinyml.lower.weights import quads


def lower(op):
    """One step; weights are 1HWO."""
    _, height, width, channels = op.weights.shape
    made = filters(op, op.weights.data.reshape(-1, channels).T)
    window = window_of((height, width), op)
    if op.input.hwc[2] == 1:
        yield convolution(op, made, views(op), window)
        return
    numbers = {"multiplier": op.multiplier, "quick": made.quick, "clamps": made.clamps}
    weights = made.weights.T.reshape(height, width, channels)
    yield LoweredStep("depthwise_conv2d", views(op),
                      zero_points(op) | clamp_numbers(op) | numbers,
                      {"weights": quads(weights)} | made.arrays(4), op.products(), window)
