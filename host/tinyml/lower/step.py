# SPDX-License-Identifier: MIT
"""A step whose buffers are still tensors."""
from dataclasses import dataclass, field

import numpy as np

from tinyml.ir import Tensor
from tinyml.plan import POINT, Window

WORK_PER_FIRING = 32768         # multiply-accumulates: some 3 ms on a Cortex-M0+ at 48 MHz
SHARED_ROWS = 8                 # of a firing whose kernel reads rows of input once for all windows,
SHARED_WORK = 4 * WORK_PER_FIRING       # or so much of it


@dataclass(frozen=True, eq=False)
class View:
    """A tensor as a step sees it: (height, width, channels)."""

    tensor: Tensor
    hwc: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class LoweredStep:
    """`name` is that of the format; `rings`, `numbers` and `arrays` fill its fields.

    `products`: multiply-accumulates of a run. `window`: what an output pixel needs of the inputs;
    None: all of them. `in_place`: inputs in whose place it may write its output. `accumulates`:
    an output pixel contains the one before it, and the next step reads the last. `alone`: it shares
    its stage with no other. `short`: a firing is to be short even where that costs some speed.
    """

    name: str
    rings: dict[str, View]
    numbers: dict[str, int] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    products: int = 0
    window: Window | None = POINT
    in_place: tuple[Tensor, ...] = ()
    accumulates: bool = False
    alone: bool = False
    short: bool = False

    @property
    def output(self) -> View:
        return self.rings["output"]

    @property
    def inputs(self) -> tuple[View, ...]:
        """What it reads, in the order of the step's fields."""
        return tuple(self.rings[name] for name in ("input", "input2") if name in self.rings)

    def data_bytes(self, stacked: bool = False) -> int:
        """Of its arrays, each from a multiple of 4 on. In a stack every channel has its own factor
        (lower/stack.py)."""
        sizes = {name: array.nbytes for name, array in self.arrays.items()}
        if stacked and "factor_pairs" in self.numbers:
            sizes |= {"mult": sizes["bias"], "shift": sizes["bias"] // 4}
        return sum(-(-size // 4) * 4 for size in sizes.values())

    @property
    def most_block(self) -> int:
        """Pixels per firing at most."""
        return most_block(self.name, self.output.hwc, self.products, self.short)


def most_block(name: str, hwc: tuple[int, int, int], products: int, short: bool = False) -> int:
    """Pixels per firing of a step at most, so that a firing is a bounded piece of work: a multiple
    of the four that kernels compute at once, or some rows. Who feeds rows may feed one at a
    time."""
    height, width, channels = hwc
    work = max(products // (height * width), channels)
    rows = 1 if short else SHARED_ROWS
    least = (max(rows, SHARED_WORK // (work * width)) * width
             if name == "depthwise_conv2d" else 4)
    most = width if name == "take" else 65532
    return min(max(least, WORK_PER_FIRING // work // 4 * 4), most)


def views(op, **others: View) -> dict[str, View]:
    """Output and input of an op in their own shapes, or as given."""
    return {"output": view(op.output), "input": view(op.input)} | others


def view(tensor: Tensor) -> View:
    """The tensor in its own shape."""
    return View(tensor, tensor.hwc)
