# SPDX-License-Identifier: MIT
"""depthwise_conv2d -> depthwise_conv2d, or conv2d where there is one input channel; depthwise_wide
where weights are int16."""
from tinyml.lower.conv2d import convolution
from tinyml.lower.numbers import clamp_numbers, window_of, zero_points
from tinyml.lower.requantise import Filters, filters
from tinyml.lower.step import LoweredStep, views
from tinyml.lower.weights import quads
from tinyml.plan import Window


def lower(op):
    """One step; weights are 1HWO."""
    _, height, width, channels = op.weights.shape
    made = filters(op, op.weights.data.reshape(-1, channels).T)
    window = window_of((height, width), op)
    if op.input.hwc[2] == 1 and op.weights.dtype == "int8":
        yield convolution(op, made, views(op), window)
        return
    if op.weights.dtype == "int16":
        yield _wide(op, made, window)
        return
    numbers = {"multiplier": op.multiplier, "quick": made.quick, "clamps": made.clamps}
    weights = made.weights.T.reshape(height, width, channels)
    yield LoweredStep("depthwise_conv2d", views(op),
                      zero_points(op) | clamp_numbers(op) | numbers,
                      {"weights": quads(weights)} | made.arrays(4), op.products(), window)


def _wide(op, made: Filters, window: Window) -> LoweredStep:
    """Weights channel by channel."""
    numbers = zero_points(op) | clamp_numbers(op) | {"multiplier": op.multiplier}
    return LoweredStep("depthwise_wide", views(op), numbers,
                       {"weights": made.weights} | made.arrays(1), op.products(), window)
