# SPDX-License-Identifier: MIT
"""average_pool: the average over a window, per channel."""
from dataclasses import dataclass

from tinyml.ops.pool import POOL_LIMITS, Pool


@dataclass(frozen=True, eq=False)
class AveragePool(Pool):
    """The rounded mean of a window; halves go away from 0, or up."""

    halves_up: bool = False


def small_window(op):
    """a window of at most 65536 pixels"""
    height, width = op.window
    return None if height * width <= 65536 else f"window {height}x{width}"


LIMITS = POOL_LIMITS + (small_window,)
