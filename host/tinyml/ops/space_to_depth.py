# SPDX-License-Identifier: MIT
"""space_to_depth: the pixels of each square, one behind the other, as one pixel."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON


@dataclass(frozen=True, eq=False)
class SpaceToDepth(Op):
    """`side` is that of a square, in pixels."""

    input: Tensor
    side: int

    def result(self):
        height, width, channels = self.input.hwc
        side = max(self.side, 1)
        return height // side, width // side, channels * side ** 2


def whole_squares(op):
    """squares of at most 255 pixels a side must fill the image"""
    height, width, _ = op.input.hwc
    fits = 1 <= op.side <= 255 and height % op.side == width % op.side == 0
    return None if fits else f"{height}x{width} by {op.side}"


LIMITS = COMMON[:-1] + (whole_squares, COMMON[-1])
