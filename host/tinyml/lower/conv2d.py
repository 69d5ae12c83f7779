# SPDX-License-Identifier: MIT
"""conv2d -> conv2d."""
import numpy as np

from tinyml.lower.numbers import clamp_numbers, window_of, zero_points
from tinyml.lower.requantise import Filters, filters
from tinyml.lower.step import LoweredStep, View, views
from tinyml.lower.weights import padded, pairs
from tinyml.plan import Window

LOWEST = -128                   # what relu's zero is, and kernels may leave out
MOST_WEIGHTS = 32767            # of a channel then: 255 times that stays inside 24 bits
FEWEST_CHANNELS = 16            # with fewer, no kernel does


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
    skips = _skips(op, made, rings)
    if skips:
        sums = made.weights.sum(axis=1, dtype=np.int16)
        arrays["bias"] = np.append(arrays["bias"], padded(sums, 2, 0).view(np.int32))
    numbers = {"depth": depth, "quick": made.quick, "clamps": made.clamps, "skips": int(skips),
               "factor_pairs": len(arrays["mult"]) // 2}
    return LoweredStep("conv2d", rings, zero_points(op) | clamp_numbers(op) | numbers, arrays,
                       op.products(), window)


def _skips(op, made: Filters, rings: dict[str, View]) -> bool:
    """Whether kernels may leave out inputs of -128: of the only pixel, if many are to be expected."""
    height, width, inputs = rings["input"].hwc
    sizes = np.abs(made.weights.astype(np.int64)).sum(axis=1)
    return (height == width == 1 and inputs % 4 == 0 and len(sizes) >= FEWEST_CHANNELS
            and made.quick != 0 and op.input.quant.zero_point == LOWEST
            and sizes.max() <= MOST_WEIGHTS)
