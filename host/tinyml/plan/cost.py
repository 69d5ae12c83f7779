# SPDX-License-Identifier: MIT
"""What a task costs, in instructions of a Cortex-M4: good enough to compare plans where no core is
told (plan/cores.py).

Fitted to `tinyml bench --on m4f` on the models of MLPerf Tiny: kernels compute four pixels at a
time, and begin again with every firing.
"""
import math
from collections.abc import Callable

from tinyml.plan.tasks import POINT, Task

Cost = Callable[[Task, int, bool], float]
"""Of a task in firings of so many pixels, which is alone in its stage or isn't."""

PER_FIRING = 600                # the firing rule, a kernel's prologue
PER_OUTPUT = 9                  # requantise and store
PER_INPUT = 2                   # gather and widen, of the inputs of a convolution's window
PER_PRODUCT = .9                # of four pixels that share a weight
PER_PRODUCT_ALONE = 1.25        # of a pixel by itself
PER_DEPTHWISE_PRODUCT = .9
PER_DEPTHWISE_CHANNEL = 150     # and strip of a firing: its weights
PER_DEPTHWISE_INPUT = 2.5       # of all rows under the windows of a firing: widen
STRIP_INPUTS = 138              # under the windows of a strip's columns
PER_ROW = 250                   # windows of 3x3, row by row
PER_ROW_CHANNEL = 26            # and row: its weights
PER_ROW_INPUT = 4.25            # of a column under a row of windows: widen three
PER_ROW_OUTPUT = 8.25           # multiply


def cycles(task: Task, block: int, alone: bool) -> int:
    """Of all its firings of `block` pixels, which cross the ends of rows if it is `alone` or they
    are longer."""
    _, width, channels = task.shape
    crosses = alone or block > width
    rows, pixels = (1, task.firing_rows * width) if crosses else (task.firing_rows, width)
    whole, rest = divmod(pixels, block)
    total = whole * _firing(task, block) + (_firing(task, rest) if rest else 0)
    return int(rows * (total + pixels * channels * task.rows * PER_OUTPUT))


def _firing(task: Task, pixels: int) -> float:
    """Of one firing, but for what every output costs."""
    _, width, channels = task.shape
    products = task.products / (task.firing_rows * width)       # of a pixel
    if task.depthwise:
        taps = products / channels
        strips = channels / max(task.high, 1) * _prepare(task, pixels, taps)
        return PER_FIRING + min(strips + pixels * products * PER_DEPTHWISE_PRODUCT,
                                _by_rows(task, pixels, taps))
    fours, ones = divmod(pixels, 4)
    return (PER_FIRING + fours * 4 * products * PER_PRODUCT + ones * products * PER_PRODUCT_ALONE
            + pixels * products / channels * PER_INPUT)


def _by_rows(task: Task, pixels: int, taps: float) -> float:
    """One firing of a depthwise convolution whose rows are computed one by one."""
    window, width = task.window or POINT, task.shape[1]
    if taps != 9 or window.width != 3:
        return math.inf
    columns, rows = min(pixels, width), task.high or -(-pixels // width)
    inputs = (columns - 1) * window.stride_w + window.width
    return rows * (PER_ROW + task.shape[2] / max(task.high, 1) * (
        PER_ROW_CHANNEL + inputs * PER_ROW_INPUT + columns * PER_ROW_OUTPUT))


def _prepare(task: Task, pixels: int, taps: float) -> float:
    """What one firing of a depthwise convolution spends on a channel before it multiplies."""
    window, width = task.window or POINT, task.shape[1]
    columns, high = min(pixels, width), task.high or -(-pixels // width)
    k_h = max(taps / window.width, 1)
    strips = -(-columns // max(STRIP_INPUTS // (k_h * window.stride_w) // 4 * 4, 4))
    inputs = ((high - 1) * window.stride_h + k_h) * ((columns - 1) * window.stride_w + window.width)
    return strips * PER_DEPTHWISE_CHANNEL + inputs * PER_DEPTHWISE_INPUT
