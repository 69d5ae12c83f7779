# SPDX-License-Identifier: MIT
"""How many pixels of a tensor a stage must keep, so that no task of it ever waits for ever.

A firing of a task is (y, x): the row of firings and the first pixel of its block, which ends with
the row, but for a task that is alone in its stage, or whose block is longer than a row. To let a
consumer fire, what it reads must be there up to the last pixel under its window, and nothing may
be gone from the oldest pixel on that any reader still wants; the ring holds what lies between.
The rule by which tasks take turns is that of native/core/stage.c.
"""
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tinyml.plan.tasks import Problem, Task, Window

WHOLE = -1
MOST_SPANS = 1 << 16            # that are remembered: those of other models recur


@dataclass(frozen=True)
class Stage:
    """Tasks of a problem that run interleaved, or one `alone`, with at most `most` pixels per
    firing. `stacked`: tasks in place of the problem's (plan/stacks.py)."""

    problem: Problem
    most: int
    alone: bool = False
    stacked: dict[int, Task] = field(default_factory=dict)

    def task(self, index: int) -> Task:
        return self.stacked.get(index) or self.problem.tasks[index]

    def block(self, index: int) -> int:
        return self.task(index).block(self.most, self.alone)

    def readers(self, index: int) -> tuple[int, ...]:
        """The tasks that read what a task writes."""
        return self.problem.readers[self.problem.tasks[index].writes]

    def grid(self, index: int) -> "Grid":
        task = self.task(index)
        return Grid(task.window, (*task.shape[:2], 1), task.rows, self.block(index))

    def way(self, first: int, last: int, whole: int = -1) -> "Way":
        """The tasks from one to another, of which some may read the tensor `whole`."""
        writers, tasks = self.problem.writer, self.problem.tasks
        reads = tuple(tuple(WHOLE if tensor == whole else writers[tensor] - first
                            for tensor in tasks[index].reads
                            if tensor == whole or first <= writers.get(tensor, -1))
                      for index in range(first, last + 1))
        return Way(tuple(map(self.grid, range(first, last + 1))), reads, self.alone)


class Grid(NamedTuple):
    """What spans depend on of a task and its block: the places that it fires at, and its window."""

    window: Window
    shape: tuple[int, int, int]
    rows: int
    block: int

    @property
    def firing_rows(self) -> int:
        return -(-self.shape[0] // self.rows)


class Way(NamedTuple):
    """Tasks of a stage in a row, numbered from 0, as far as their pace depends on each other. Of
    each, which of them write what it `reads`; WHOLE: nobody, it's there."""

    grids: tuple[Grid, ...]
    reads: tuple[tuple[int, ...], ...]
    alone: bool

    def task(self, index: int) -> Grid:
        return self.grids[index]

    def block(self, index: int) -> int:
        return self.grids[index].block

    def readers(self, index: int) -> tuple[int, ...]:
        return tuple(reader for reader, reads in enumerate(self.reads) if index in reads)


def _crosses(task: Task, block: int) -> bool:
    """Whether firings go on in the next row."""
    return block > task.shape[1]


def all_firings(task: Task, block: int, alone: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Every firing of a task, in order."""
    if alone or _crosses(task, block):
        return np.divmod(np.arange(0, task.firing_rows * task.shape[1], block), task.shape[1])
    y, x = np.meshgrid(np.arange(task.firing_rows), np.arange(0, task.shape[1], block),
                       indexing="ij")
    return y.ravel(), x.ravel()


def edge_firings(task: Task, block: int) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last firing of each row: enough for a good estimate."""
    if _crosses(task, block):
        return all_firings(task, block)
    last = (task.shape[1] - 1) // block * block
    y = np.arange(task.firing_rows)
    return np.concatenate((y, y)), np.repeat((0, last), len(y))


def _clip(numbers, most: int):
    """Into 0 ... most; np.clip takes several times as long."""
    return np.minimum(np.maximum(numbers, 0), most)


def last_needed(task: Task, block: int, shape, y, x):
    """Row and column of the last input pixel under the window of firings."""
    window, (height, width, _) = task.window, shape
    last, right = y, np.minimum(x + block, task.shape[1]) - 1
    if _crosses(task, block):
        last, right = np.divmod(end_of(task, block, y, x) - 1, task.shape[1])
    rows = last * window.stride_h - window.pad_top + window.height - 1
    columns = right * window.stride_w - window.pad_left + window.width - 1
    if _crosses(task, block):
        columns = np.where(last > y, width, columns)    # of another row: simply all of it
    return _clip(rows, height - 1), _clip(columns, width - 1)


def oldest(task: Task, shape, y, x):
    """Index of the oldest input pixel that a task at these firings still reads."""
    window, (height, width, _) = task.window, shape
    top = y * window.stride_h - window.pad_top
    left = _clip(x * window.stride_w - window.pad_left, width)
    index = np.where(top < 0, 0, top * width + left)
    return np.where((y >= task.firing_rows) | (top >= height), height * width, index)


def firing_for(task: Task, block: int, row, column):
    """The firing that writes a pixel."""
    if _crosses(task, block):
        return np.divmod((row * task.shape[1] + column) // block * block, task.shape[1])
    return row // task.rows, column // block * block


def end_of(task: Task, block: int, y, x, alone: bool = False):
    """Index behind the newest pixel that firings write."""
    if task.rows == 1 and (alone or _crosses(task, block)):
        return np.minimum(y * task.shape[1] + x + block, task.shape[0] * task.shape[1])
    bottom = np.minimum((y + 1) * task.rows, task.shape[0]) - 1
    return bottom * task.shape[1] + np.minimum(x + block, task.shape[1])


def after(task: Task, block: int, y, x):
    """The firings that come next."""
    if _crosses(task, block):
        return np.divmod(y * task.shape[1] + x + block, task.shape[1])
    wraps = x + block >= task.shape[1]
    return np.where(wraps, y + 1, y), np.where(wraps, 0, x + block)


def pull(stage: Stage | Way, sink: int, first: int, y, x) -> dict[int, tuple]:
    """For firings (y, x) of the task `sink`: the firings up to which each task that it depends on,
    from `first` on, must have come."""
    firings = {sink: (y, x)}
    for index in range(sink - 1, first - 1, -1):
        task, needed = stage.task(index), None
        for reader in stage.readers(index):
            if reader in firings and stage.task(reader).window is not None:
                row, column = last_needed(stage.task(reader), stage.block(reader),
                                          task.shape, *firings[reader])
                pixel = row * task.shape[1] + column
                needed = pixel if needed is None else np.maximum(needed, pixel)
        if needed is not None:
            firings[index] = firing_for(task, stage.block(index), *divmod(needed, task.shape[1]))
    return firings


def ring_pixels(stage: Stage, tensor: int) -> int:
    """Pixels of the smallest ring with which writer and readers of a tensor can go on, all of
    them being in the stage."""
    problem = stage.problem
    writer, readers = problem.writer[tensor], problem.readers[tensor]
    pixels = max(_span(stage, writer, reader) for reader in readers)
    if len(readers) > 1:
        meeting = meeting_of(problem, readers)
        if meeting is not None:
            pixels = max(pixels, _span_of_paths(stage.way(writer, meeting)))
    height, width, _ = stage.task(writer).shape
    return min(pixels, height * width)


def _span(stage: Stage, writer: int, reader: int) -> int:
    """What one reader needs by itself."""
    return _span_of(stage.grid(writer), stage.grid(reader))


@lru_cache(MOST_SPANS)
def _span_of(source: Grid, task: Grid) -> int:
    """Rows and columns are independent of each other, where no firing goes on in the next row."""
    block, width = task.block, source.shape[1]
    if _crosses(task, block) or _crosses(source, source.block):
        firings = all_firings(task, block)
        at = firing_for(source, source.block, *last_needed(task, block, source.shape, *firings))
        return int((end_of(source, source.block, *at)
                    - oldest(task, source.shape, *firings)).max())
    y, x = np.arange(task.firing_rows), np.arange(0, task.shape[1], block)
    rows, _ = last_needed(task, block, source.shape, y, np.array(0))
    _, columns = last_needed(task, block, source.shape, np.array(0), x)
    strip, at = firing_for(source, source.block, rows, columns)
    bottom = np.minimum((strip + 1) * source.rows, source.shape[0]) - 1
    end = np.minimum(at + source.block, width)
    top = y * task.window.stride_h - task.window.pad_top
    left = _clip(x * task.window.stride_w - task.window.pad_left, width)
    inside = top >= 0
    held = [((bottom - top)[inside].max(initial=-width)) * width + (end - left).max()]
    if not inside.all():
        held.append(bottom[~inside].max() * width + end.max())
    return int(max(held))


def meeting_of(problem: Problem, readers) -> int | None:
    """The first task that depends on all of the readers, or is the last of them."""
    seen = {reader: {reader} for reader in readers}
    for index in range(min(readers), len(problem.tasks)):
        for known in seen.values():
            if any(problem.writer.get(tensor) in known for tensor in problem.tasks[index].reads):
                known.add(index)
        if all(index in known for known in seen.values()):
            return index
    return None


@lru_cache(MOST_SPANS)
def _span_of_paths(way: Way) -> int:
    """What is held of the first task's output while the longest way to the meeting point, the last
    one, waits for more input and the shortest one for the longest. What the meeting point reads as
    a whole waits for nobody."""
    source, meeting = way.task(0), len(way.grids) - 1
    firings = pull(way, meeting, 0, *all_firings(way.task(meeting), way.block(meeting)))
    readers = [reader for reader in way.readers(0) if reader in firings]
    if not readers:
        return 0
    end = end_of(source, source.block, *firings[0])
    first = np.minimum.reduce([oldest(way.task(reader), source.shape, *firings[reader])
                               for reader in readers])
    return int((end - first).max())
