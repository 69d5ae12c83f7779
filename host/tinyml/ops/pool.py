# SPDX-License-Identifier: MIT
"""What average_pool and max_pool share."""
from dataclasses import dataclass

from tinyml.ir import Border, Op, Tensor
from tinyml.ops.common import COMMON, known_activation, same_scale, slid_over, small_strides


@dataclass(frozen=True, eq=False)
class Pool(Op):
    """One number per window and channel. Pixels outside the input do not count."""

    input: Tensor
    window: tuple[int, int]
    stride: tuple[int, int]
    pad: Border
    activation: str = "none"

    def result(self):
        return *slid_over(self, self.window), self.input.hwc[2]


def window_meets_input(op):
    """every window must hold at least one pixel of the input"""
    top, left, window = op.pad.top, op.pad.left, op.window
    (height, width, _), (rows, columns, _) = op.input.hwc, op.output.hwc
    reached = ((rows - 1) * op.stride[0] < height + top,
               (columns - 1) * op.stride[1] < width + left, top < window[0], left < window[1])
    return None if all(reached) else f"window {window[0]}x{window[1]}, padding {top}, {left}"


POOL_LIMITS = COMMON + (same_scale, small_strides, known_activation, window_meets_input)
