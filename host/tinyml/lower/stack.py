# SPDX-License-Identifier: MIT
"""conv2d, depthwise_conv2d -> the steps that compute rows again instead of keeping them."""
from dataclasses import replace

import numpy as np

from tinyml.lower.step import LoweredStep


def stack(step: LoweredStep, task, shapes: dict, fill: int) -> LoweredStep:
    """A lowered step as the planner's stacked task wants it. `shapes` are those of its rings,
    by name; `fill` is the zero point of the depthwise convolution's input."""
    numbers, window, arrays = dict(step.numbers), step.window, dict(step.arrays)
    if numbers.pop("factor_pairs", 0) == 1:
        arrays |= {name: np.resize(arrays[name], len(arrays["bias"])) for name in ("mult", "shift")}
    if step.name == "depthwise_conv2d":
        name, channels = "depthwise_conv2d_stack", step.output.hwc[2]
        del numbers["multiplier"]
        numbers |= {"filters": channels, "taps_h": window.height, "step_h": window.stride_h,
                    "high": task.high}
    elif task.rows > 1:
        name = "conv2d_unstack"
        del numbers["input_zp"]
        numbers["filter_channels"] = step.inputs[0].hwc[2]
    else:
        name = "conv2d_stack"
        del numbers["input_zp"]
        numbers |= {"filters": step.output.hwc[2], "fill": fill}
    if name != "depthwise_conv2d_stack":
        numbers["clamps"] = 0           # the kernel limits what is no fill
    rings = {ring: replace(view, hwc=shapes[ring]) for ring, view in step.rings.items()}
    return replace(step, name=name, numbers=numbers, arrays=arrays, rings=rings,
                   window=task.window)
