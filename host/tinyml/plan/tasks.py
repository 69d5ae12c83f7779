# SPDX-License-Identifier: MIT
"""What the planner sees of a model: tasks and tensors as numbers."""
from dataclasses import dataclass, field, replace

ROW = 65535                     # as the most pixels of a firing: a row; n * ROW: n whole rows

@dataclass(frozen=True)
class Window:
    """What an output pixel (y, x) needs of an input: rows y * stride_h - pad_top and `height - 1`
    more, columns alike. Outside the input there is nothing to wait for."""

    height: int = 1
    width: int = 1
    stride_h: int = 1
    stride_w: int = 1
    pad_top: int = 0
    pad_left: int = 0


POINT = Window()


@dataclass(frozen=True)
class Region:
    """A rectangle of a tensor's pixels."""

    y: int
    x: int
    height: int
    width: int

    def union(self, other: "Region") -> "Region":
        """The smallest that contains both."""
        y, x = min(self.y, other.y), min(self.x, other.x)
        return Region(y, x, max(self.y + self.height, other.y + other.height) - y,
                      max(self.x + self.width, other.x + other.width) - x)

    def within(self, outer: "Region") -> "Region":
        """The same as seen from the corner of another."""
        return replace(self, y=self.y - outer.y, x=self.x - outer.x)


@dataclass(frozen=True)
class Task:
    """One step of a run. `writes` is a tensor's number, and so are `reads`.

    `window`: what it needs of its inputs; None: all of them, or through another view than their
    writer's, so that they must be whole before it begins.
    `shape`: (height, width, channels) of its output, as it writes it, one byte a value.
    `whole`: its output is read through another view: it must be whole before anybody begins.
    `in_place`: inputs it may write its output over, byte for byte.
    `accumulates`: an output pixel contains the one before it. The task after it, of the same
    stage, reads the last.
    `pointwise`, `depthwise`: it is a convolution of that kind, which can be stacked.
    `step`: the number of the lowered step that it is, or is a part of.
    `alone`: a stage of its own. `regions`: the parts of tensors that it writes and reads, output
    first, `shape` and `window` being those of the parts; none: all (plan/patches.py).
    `data`: bytes of weights that the arena has while the task's stage runs (plan/pages.py), and
    `stacked_data` if it is stacked.
    `high`: output rows of the stack that it is part of, 0 if it isn't stacked (plan/stacks.py).
    `outside`: products that a stack would do on rows outside the image, which are not among its
    `products`: costs count them.
    """

    name: str
    reads: tuple[int, ...]
    writes: int
    shape: tuple[int, int, int]
    window: Window | None = POINT
    rows: int = 1                       # output rows per firing
    products: int = 0
    pointwise: bool = False
    depthwise: bool = False
    high: int = 0
    most_block: int = 65535             # pixels of a firing that is a bounded piece of work
    whole: bool = False
    in_place: tuple[int, ...] = ()
    accumulates: bool = False
    step: int = 0
    alone: bool = False
    regions: tuple[Region, ...] = ()
    data: int = 0
    stacked_data: int = 0
    outside: int = 0

    @property
    def firing_rows(self) -> int:
        """Rows of firings: output rows, or groups of them."""
        return -(-self.shape[0] // self.rows)

    def block(self, most: int, alone: bool = False) -> int:
        """Pixels of a firing where the stage allows `most`: inside a row, or some whole rows, but
        for a task that is `alone` in its stage. What is fed comes row by row: no firing of the task
        that takes it goes on in the next one."""
        height, width, _ = self.shape
        if alone and not self.reads:
            return _divisor(width, min(most, self.most_block))
        if alone:
            return min(most, self.firing_rows * width, self.most_block)
        rows = min(most // ROW, self.most_block // width, height) if self.rows == 1 else 1
        return rows * width if rows > 1 else min(most, width, self.most_block)


def _divisor(number: int, most: int) -> int:
    """The largest one that is no more than that."""
    return next(some for some in range(min(number, most), 0, -1) if number % some == 0)


@dataclass(frozen=True)
class Problem:
    """A whole model. `shapes` and `names` go by tensor; `inputs` are there before the first task,
    `outputs` stay to the end. `states` are there from one run to the next, so they count as both,
    and as written by nobody, though a task that is alone writes them."""

    tasks: tuple[Task, ...]
    shapes: tuple[tuple[int, int, int], ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    names: tuple[str, ...]
    states: tuple[int, ...] = ()
    begins: dict[int, int] = field(init=False)      # the first task that writes a tensor,
    writer: dict[int, int] = field(init=False)      # and the last
    readers: dict[int, tuple[int, ...]] = field(init=False)

    def __post_init__(self):
        readers: dict = {tensor: [] for tensor in range(len(self.shapes))}
        for number, task in enumerate(self.tasks):
            for tensor in dict.fromkeys(task.reads):
                readers[tensor].append(number)
        written = [(i, task.writes) for i, task in enumerate(self.tasks)
                   if task.writes not in self.states]
        object.__setattr__(self, "begins", {tensor: i for i, tensor in reversed(written)})
        object.__setattr__(self, "writer", {tensor: i for i, tensor in written})
        object.__setattr__(self, "readers", {t: tuple(some) for t, some in readers.items()})

    @property
    def holds_input(self) -> bool:
        """Whether the caller's input is in the arena, not fed."""
        return len(self.inputs) > len(self.states)

    def size(self, tensor: int) -> int:
        """Bytes of a whole tensor."""
        height, width, channels = self.shapes[tensor]
        return height * width * channels
