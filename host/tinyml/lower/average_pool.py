# SPDX-License-Identifier: MIT
"""average_pool -> average_pool, or running sums and their average where the window is all of the
input: then no more than one pixel of sums is kept."""
from tinyml.ir import Border
from tinyml.lower.numbers import clamp_numbers, window_of
from tinyml.lower.step import LoweredStep, views
from tinyml.lower.sums import sums


def lower(op):
    """One step, or two."""
    height, width, _ = op.input.hwc
    numbers = clamp_numbers(op) | {"halves_up": int(op.halves_up)}
    if op.window == (height, width) and op.pad == Border() and op.output.hwc[:2] == (1, 1):
        summed, window = sums(op, op.input.hwc)
        yield summed
        yield LoweredStep("average", views(op, input=summed.output),
                          numbers | {"count": height * width}, window=window)
        return
    yield LoweredStep("average_pool", views(op), numbers,
                      window=window_of(op.window, op))
