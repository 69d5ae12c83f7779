# SPDX-License-Identifier: MIT
"""pad -> pad."""
from tinyml.lower.step import LoweredStep, view


def lower(op):
    """One step."""
    top, left, front = op.before
    yield LoweredStep("pad", op, {"output": view(op.output), "input": view(op.input)},
                      {"pad_top": top, "pad_left": left, "pad_front": front, "value": op.value})
