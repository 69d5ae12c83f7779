# SPDX-License-Identifier: MIT
"""mean -> running sums, and their mean."""
from tinyml.lower.numbers import doubled
from tinyml.lower.step import LoweredStep, View
from tinyml.lower.sums import sums


def lower(op):
    """Two steps."""
    rows, count, channels = op.rows
    whole = op.input.hwc[0] * op.input.hwc[1] == count and op.input.hwc[2] == channels
    summed, window = sums(op, op.input.hwc if whole else op.rows, per_row=not whole)
    yield summed
    mult, shift = doubled(op.factor())
    yield LoweredStep("mean",
                      {"output": View(op.output, (rows, 1, channels)), "input": summed.output},
                      {"bias": -op.input.quant.zero_point * count, "mult": mult, "shift": shift,
                       "output_zp": op.output.quant.zero_point}, window=window)
