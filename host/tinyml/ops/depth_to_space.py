# SPDX-License-Identifier: MIT
"""depth_to_space: each pixel becomes a rectangle of pixels, which share its channels."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON


@dataclass(frozen=True, eq=False)
class DepthToSpace(Op):
    """`sides` are (height, width) of a rectangle, in pixels."""

    input: Tensor
    sides: tuple[int, int]

    def result(self):
        height, width, channels = self.input.hwc
        high, wide = self.sides
        return height * high, width * wide, channels // max(high * wide, 1)


def shared_channels(op):
    """as many channels as its pixels share"""
    channels, (high, wide) = op.input.hwc[2], op.sides
    fits = min(high, wide) > 0 and channels % (high * wide) == 0
    return None if fits else f"{channels} channels by {high}x{wide}"


LIMITS = COMMON[:-1] + (shared_channels, COMMON[-1])
