# SPDX-License-Identifier: MIT
"""max_pool -> max_pool."""
from tinyml.lower.numbers import clamp_numbers, window_of
from tinyml.lower.step import LoweredStep, views


def lower(op):
    """One step."""
    yield LoweredStep("max_pool", views(op), clamp_numbers(op), window=window_of(op.window, op))
