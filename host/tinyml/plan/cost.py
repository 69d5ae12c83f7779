# SPDX-License-Identifier: MIT
"""What a task costs, in instructions of a Cortex-M4: good enough to compare plans.

Fitted to `tinyml bench --on m4f` on the models of MLPerf Tiny: kernels compute four pixels at a
time, and begin again with every firing.
"""
from tinyml.plan.tasks import Task

PER_FIRING = 400                # the firing rule, a kernel's prologue
PER_OUTPUT = 9                  # requantise and store
PER_INPUT = 2                   # gather and widen, of the inputs of a convolution's window
PER_PRODUCT = .9                # of four pixels that share a weight
PER_PRODUCT_ALONE = 1.25        # of a pixel by itself
PER_DEPTHWISE_PRODUCT = 2
PER_DEPTHWISE_CHANNEL = 150     # and firing: its weights, the rows above


def cycles(task: Task, block: int, alone: bool) -> int:
    """Of all its firings of `block` pixels, which may cross the ends of rows if it is `alone`."""
    _, width, channels = task.shape
    rows, pixels = (1, task.firing_rows * width) if alone else (task.firing_rows, width)
    whole, rest = divmod(pixels, block)
    total = whole * _firing(task, block) + (_firing(task, rest) if rest else 0)
    return int(rows * (total + pixels * channels * task.rows * PER_OUTPUT))


def _firing(task: Task, pixels: int) -> float:
    """Of one firing, but for what every output costs."""
    _, width, channels = task.shape
    products = task.products / (task.firing_rows * width)       # of a pixel
    if task.depthwise:
        return (PER_FIRING + channels * PER_DEPTHWISE_CHANNEL
                + pixels * products * PER_DEPTHWISE_PRODUCT)
    fours, ones = divmod(pixels, 4)
    return (PER_FIRING + fours * 4 * products * PER_PRODUCT + ones * products * PER_PRODUCT_ALONE
            + pixels * products / channels * PER_INPUT)
