# SPDX-License-Identifier: MIT
"""mean: the average over some axes."""
from dataclasses import dataclass
from math import prod

from tinyml.fixed_point import SHIFTS, quantize_multiplier
from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON


@dataclass(frozen=True, eq=False)
class Mean(Op):
    """Over height and width it is global average pooling, with a scale of its own."""

    input: Tensor
    axes: tuple[int, ...]

    @property
    def reduced(self) -> range:
        """From the first to the last axis that is longer than 1 and averaged."""
        axes = [axis for axis in self.axes if self.input.shape[axis] > 1]
        return range(min(axes, default=0), max(axes, default=-1) + 1)

    @property
    def rows(self) -> tuple[int, int, int]:
        """The input as (kept before, reduced, kept behind) axes."""
        shape, axes = self.input.shape, self.reduced
        return (prod(shape[:axes.start]), prod(shape[axes.start:axes.stop]),
                prod(shape[axes.stop:]))

    def factor(self) -> tuple[int, int]:
        """(mult, shift) of a sum: 1 / count goes into it as TensorFlow Lite does it, truncating."""
        mult, shift = quantize_multiplier(self.input.quant.scale / self.output.quant.scale)
        count = self.rows[1]
        moved = min(count.bit_length() - 1, 32, shift - SHIFTS[0])
        return (mult << moved) // count, shift - moved

    def result(self):
        before, _, behind = self.rows
        fits = before * behind == self.output.elements
        return self.output.hwc if fits else (before, 1, behind)


def neighbouring_axes(op):
    """the axes of a mean must stand side by side"""
    shape = op.input.shape
    between = [axis for axis in op.reduced if axis not in op.axes and shape[axis] > 1]
    return f"axes {op.axes} of {'x'.join(map(str, shape))}" if between else None


def short_rows(op):
    """at most 65535 elements in one mean"""
    return None if max(op.rows) <= 65535 else f"{max(op.rows)} elements"


LIMITS = COMMON + (neighbouring_axes, short_rows)
