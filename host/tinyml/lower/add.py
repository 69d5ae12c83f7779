# SPDX-License-Identifier: MIT
"""add -> add."""
from tinyml.lower.numbers import clamp_numbers, zero_points
from tinyml.lower.requantise import quantize_multiplier
from tinyml.lower.step import LoweredStep, view, views

HEADROOM = 2 ** 20              # TensorFlow Lite's left shift


def lower(op):
    """One step. Both inputs are brought to twice the larger scale."""
    twice = 2 * max(op.input.quant.scale, op.input2.quant.scale)
    numbers = zero_points(op) | clamp_numbers(op) | {"input2_zp": op.input2.quant.zero_point}
    for prefix, ratio in (("input_", op.input.quant.scale / twice),
                          ("input2_", op.input2.quant.scale / twice),
                          ("", twice / (HEADROOM * op.output.quant.scale))):
        numbers[prefix + "mult"], numbers[prefix + "shift"] = quantize_multiplier(ratio)
    yield LoweredStep("add", views(op, input2=view(op.input2)), numbers,
                      in_place=(op.input, op.input2))
