# SPDX-License-Identifier: MIT
"""mean -> mean."""
from tinyml.lower.requantise import SHIFTS, quantize_multiplier
from tinyml.lower.step import LoweredStep, View


def lower(op):
    """One step. 1 / count goes into the multiplier as TensorFlow Lite does it, truncating."""
    rows, count, channels = op.rows
    mult, shift = quantize_multiplier(op.input.quant.scale / op.output.quant.scale)
    moved = min(count.bit_length() - 1, 32, shift - SHIFTS[0])
    yield LoweredStep("mean", op,
                      {"output": View(op.output, (rows, 1, channels)),
                       "input": View(op.input, (rows, count, channels))},
                      {"bias": -op.input.quant.zero_point * count, "mult": (mult << moved) // count,
                       "shift": shift - moved, "output_zp": op.output.quant.zero_point})
