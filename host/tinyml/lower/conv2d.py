# SPDX-License-Identifier: MIT
"""conv2d -> conv2d, weights OHWI as they come."""
from tinyml.lower.numbers import clamp_numbers, window_of, zero_points
from tinyml.lower.requantise import channel_quant
from tinyml.lower.step import LoweredStep, views


def lower(op):
    """One step."""
    arrays = {"weights": op.weights.data} | channel_quant(op, op.weights.shape[0], axis=0)
    yield LoweredStep("conv2d", views(op), zero_points(op) | clamp_numbers(op), arrays,
                      op.products(), window_of(op.weights.shape[1:3], op))
