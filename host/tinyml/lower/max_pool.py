# SPDX-License-Identifier: MIT
"""max_pool -> max_pool."""
from tinyml.lower.numbers import clamp_numbers, window_numbers
from tinyml.lower.step import LoweredStep, view


def lower(op):
    """One step."""
    yield LoweredStep("max_pool", op, {"output": view(op.output), "input": view(op.input)},
                      window_numbers(op.window, op) | clamp_numbers(op))
