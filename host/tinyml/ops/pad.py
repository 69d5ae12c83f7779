# SPDX-License-Identifier: MIT
"""pad: a constant border. Most are folded into the convolution or pool that follows."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON


@dataclass(frozen=True, eq=False)
class Pad(Op):
    """`before` and `after` are (height, width, channels)."""

    input: Tensor
    before: tuple[int, int, int]
    after: tuple[int, int, int]
    value: int

    def result(self):
        sizes = zip(self.before, self.input.hwc, self.after)
        return tuple(before + size + after for before, size, after in sizes)


LIMITS = COMMON
