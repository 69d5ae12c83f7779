# SPDX-License-Identifier: MIT
"""conv2d -> conv2d."""
from tinyml.lower.numbers import clamp_numbers, window_of, zero_points
from tinyml.lower.requantise import Filters, filters
from tinyml.lower.step import LoweredStep, View, views
from tinyml.lower.weights import pairs
from tinyml.plan import Window


def lower(op):
    """One step; weights are OHWI."""
    made = filters(op, op.weights.data.reshape(op.weights.shape[0], -1))
    yield convolution(op, made, views(op), window_of(op.weights.shape[1:3], op))


def convolution(op, made: Filters, rings: dict[str, View], window: Window) -> LoweredStep:
    """The step conv2d of an op's filters."""
    weights, depth = pairs(made.weights)
    arrays = {"weights": weights} | made.arrays(2)
    if made.has_one_factor:
        arrays |= {name: arrays[name][[0, 0]] for name in ("mult", "shift")}
    numbers = {"depth": depth, "quick": made.quick, "clamps": made.clamps,
               "factor_pairs": len(arrays["mult"]) // 2}
    return LoweredStep("conv2d", rings, zero_points(op) | clamp_numbers(op) | numbers, arrays,
                       op.products(), window)
