# SPDX-License-Identifier: MIT
"""average_pool: the average over a window, per channel."""
from dataclasses import dataclass

from tinyml.ir import Op, Border, Tensor
from tinyml.ops.common import COMMON, known_activation, same_scale, slid_over, small_strides


@dataclass(frozen=True, eq=False)
class AveragePool(Op):
    """Pixels outside the input do not count."""

    input: Tensor
    window: tuple[int, int]
    stride: tuple[int, int]
    pad: Border
    activation: str = "none"

    def result(self):
        return *slid_over(self, self.window), self.input.hwc[2]


def small_window(op):
    """a window of at most 65536 pixels"""
    height, width = op.window
    return None if height * width <= 65536 else f"window {height}x{width}"


LIMITS = COMMON + (same_scale, small_strides, known_activation, small_window)
