# SPDX-License-Identifier: MIT
"""mean: the average over some axes."""
from dataclasses import dataclass
from math import prod

from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON


@dataclass(frozen=True, eq=False)
class Mean(Op):
    """Over height and width it is global average pooling, with a scale of its own."""

    input: Tensor
    axes: tuple[int, ...]

    @property
    def rows(self) -> tuple[int, int, int]:
        """The input as (kept before, reduced, kept behind) axes."""
        shape = self.input.shape
        first, last = min(self.axes, default=0), max(self.axes, default=-1)
        return prod(shape[:first]), prod(shape[first:last + 1]), prod(shape[last + 1:])

    def result(self):
        before, _, behind = self.rows
        fits = before * behind == self.output.elements
        return self.output.hwc if fits else (before, 1, behind)


def neighbouring_axes(op):
    """the axes of a mean must stand side by side"""
    shape, axes = op.input.shape, op.axes
    between = [i for i in range(min(axes, default=0), max(axes, default=-1)) if i not in axes]
    found = f"axes {axes} of {'x'.join(map(str, shape))}"
    return found if any(shape[axis] > 1 for axis in between) else None


def short_rows(op):
    """at most 65535 elements in one mean"""
    return None if max(op.rows) <= 65535 else f"{max(op.rows)} elements"


LIMITS = COMMON + (neighbouring_axes, short_rows)
