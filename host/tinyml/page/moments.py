# SPDX-License-Identifier: MIT
"""What of each tensor is still wanted while a run goes on: pictures of it, in order."""
from collections import Counter
from functools import cached_property
from math import prod

import numpy as np

from tinyml.page.facts import Moment
from tinyml.plan import Plan
from tinyml.plan.cost import cycles
from tinyml.plan.rings import all_firings, end_of, oldest

MOST = 120                      # moments of a run


def moments(plan: Plan, order: list[int]) -> tuple[Moment, ...]:
    """Pictures of a run that fires tasks in that order, at equal distances of predicted time."""
    runs = [_Run(plan, index) for index in range(len(plan.problem.tasks))]
    order = np.array([index for index in order if index < len(runs)], int)
    if not len(order):
        return ()
    time = np.cumsum([runs[index].each for index in order])
    wanted = np.linspace(0, time[-1], min(MOST, len(order)) + 1)[1:]
    positions = np.unique(np.searchsorted(time, wanted * (1 - 1e-9)))
    found, before = [], 0
    done = np.zeros(len(runs), int)
    for position in map(int, positions):
        done = done + np.bincount(order[before:position + 1], minlength=len(runs))
        before = position + 1
        held = [_held(plan, tensor, runs, done) for tensor in range(len(plan.problem.shapes))]
        bytes = sum((end - begin) * plan.problem.shapes[tensor][2]
                    for tensor, (begin, end) in enumerate(held))
        found.append(Moment(int(order[position]), float(time[position] / time[-1]), bytes, tuple(
            (tensor, begin / _pixels(plan, tensor), end / _pixels(plan, tensor))
            for tensor, (begin, end) in enumerate(held) if begin < end)))
    return tuple(found)


def firing_counts(plan: Plan, order: list[int]) -> list[int]:
    """How often each task fires."""
    counts = Counter(order)
    return [counts[index] for index in range(len(plan.problem.tasks))]


class _Run:
    """A task and all its firings."""

    def __init__(self, plan: Plan, index: int):
        self.problem, self.task = plan.problem, plan.problem.tasks[index]
        stage = next(stage for stage in plan.stages if stage.first <= index <= stage.last)
        self.alone = stage.first == stage.last
        self.block = self.task.block(stage.block, self.alone)
        self.firings = all_firings(self.task, self.block, self.alone)
        self.count = len(self.firings[0])
        self.each = cycles(self.task, self.block, self.alone) / max(self.count, 1)

    @cached_property
    def ends(self) -> np.ndarray:
        """Pixels that are written after so many firings."""
        ends = end_of(self.task, self.block, *self.firings, self.alone)
        return np.append(0, np.minimum(ends, prod(self.task.shape[:2])))

    def first_wanted(self, tensor: int, done: int) -> int:
        """The oldest pixel of a tensor that the firings to come read."""
        shape = self.problem.shapes[tensor]
        if done >= self.count:
            return shape[0] * shape[1]
        if self.task.window is None or self.task.regions:
            return 0
        y, x = (axis[done] for axis in self.firings)
        return int(oldest(self.task, shape, y, x))


def _pixels(plan: Plan, tensor: int) -> int:
    return prod(plan.problem.shapes[tensor][:2])


def _held(plan: Plan, tensor: int, runs: list[_Run], done) -> tuple[int, int]:
    """The first pixel of a tensor that is still wanted, and the one behind the last that is
    there."""
    problem, pixels = plan.problem, _pixels(plan, tensor)
    if not plan.buffers[tensor].size:
        return 0, 0
    writers = [i for i, task in enumerate(problem.tasks) if task.writes == tensor]
    if tensor in problem.inputs:
        end = pixels
    else:
        end = min(pixels, sum(int(runs[i].ends[done[i]]) for i in writers))
    if tensor in problem.outputs:
        return 0, end
    begin = min((runs[i].first_wanted(tensor, done[i]) for i in problem.readers[tensor]),
                default=pixels)
    if any(problem.tasks[i].accumulates and done[i] < runs[i].count for i in writers):
        begin = min(begin, max(end - 1, 0))     # the next pixel contains it
    return min(begin, end), end
