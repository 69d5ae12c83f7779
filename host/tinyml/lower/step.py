# SPDX-License-Identifier: MIT
"""A step whose buffers are still tensors."""
from dataclasses import dataclass, field

import numpy as np

from tinyml.ir import Op, Tensor

WORK_PER_FIRING = 16384         # multiply-accumulates: some 2 ms on a Cortex-M0+ at 48 MHz


@dataclass(frozen=True, eq=False)
class View:
    """A tensor as a step sees it: (height, width, channels)."""

    tensor: Tensor
    hwc: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class LoweredStep:
    """`name` is that of the format; `rings`, `numbers` and `arrays` fill its fields.

    `in_place`: inputs in whose place it may write its output.
    """

    name: str
    op: Op
    rings: dict[str, View]
    numbers: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    in_place: tuple[Tensor, ...] = ()

    @property
    def block(self) -> int:
        """Pixels per firing, so that a firing is a bounded piece of work."""
        height, width, channels = self.rings["output"].hwc
        work = max(self.op.products() // (height * width), channels)
        return max(1, min(width, WORK_PER_FIRING // work))


def view(tensor: Tensor) -> View:
    """The tensor in its own shape."""
    return View(tensor, tensor.hwc)
