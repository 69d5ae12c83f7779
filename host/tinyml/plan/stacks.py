# SPDX-License-Identifier: MIT
"""Rows computed again instead of kept: the 1x1 convolution before a depthwise one, in stacks.

A depthwise convolution with a window of k rows keeps k - 1 rows of its wide input. Instead, the
convolution before it may compute, for every `high` output rows, all the rows that these need, one
column at a time: the column's pixels stand in one pixel, one above the other. Of such pixels a
window's width is kept, and of the narrow input the rows that a window is high. `high` rows more of
the output are kept where it is more than 1.
"""
from dataclasses import dataclass, replace

from tinyml.plan.tasks import POINT, Problem, Task, Window

HIGH = (1, 2, 4)                # output rows per stack, as far as they help
MOST_STRIDE = 255
MOST_CHANNELS = 65535


@dataclass(frozen=True)
class Site:
    """Where rows may be computed again: task `first`, a 1x1 convolution, then a depthwise
    convolution, then, if `last` isn't that, a 1x1 convolution."""

    first: int
    last: int
    highs: tuple[int, ...]


def find_sites(problem: Problem) -> tuple[Site, ...]:
    """All of them, in order."""
    tasks, sites = problem.tasks, []
    for index in range(len(tasks) - 1):
        wide, depthwise = tasks[index], tasks[index + 1]
        if not (wide.pointwise and depthwise.depthwise and _only_reader(problem, index)
                and depthwise.shape[2] == wide.shape[2]):
            continue
        window = depthwise.window
        narrows = (index + 2 < len(tasks) and tasks[index + 2].pointwise
                   and _only_reader(problem, index + 1))
        highs = tuple(high for high in HIGH[:None if narrows else 1]
                      if high <= depthwise.shape[0] and high * window.stride_h <= MOST_STRIDE
                      and rows_of(high, window) * wide.shape[2] <= MOST_CHANNELS
                      and high * depthwise.shape[2] <= MOST_CHANNELS)
        sites.append(Site(index, index + 1 + narrows, highs))
    return tuple(site for site in sites if site.highs)


def _only_reader(problem: Problem, index: int) -> bool:
    """Whether the next task, and nobody else, reads what a task writes."""
    task = problem.tasks[index]
    return (problem.readers[task.writes] == (index + 1,) and not task.whole
            and task.writes not in problem.outputs)


def rows_of(high: int, window: Window) -> int:
    """Rows of a stack that gives `high` output rows."""
    return (high - 1) * window.stride_h + window.height


def stacked(problem: Problem, site: Site, high: int) -> dict[int, Task]:
    """The tasks of a site as they are when rows are computed again, by number."""
    wide, depthwise = problem.tasks[site.first], problem.tasks[site.first + 1]
    window, (height, width, channels) = depthwise.window, wide.shape
    rows, strips = rows_of(high, window), -(-depthwise.shape[0] // high)
    starts = [strip * high * window.stride_h - window.pad_top for strip in range(strips)]
    computed = sum(min(start + rows, height) - max(start, 0) for start in starts)
    tasks = {
        site.first: replace(
            wide, shape=(strips, width, rows * channels), high=high,
            window=Window(rows, 1, high * window.stride_h, 1, window.pad_top, 0),
            products=wide.products * computed // height,
            outside=wide.products * (strips * rows - computed) // height,
            most_block=max(1, wide.most_block // rows)),
        site.first + 1: replace(
            depthwise, shape=(strips, depthwise.shape[1], high * depthwise.shape[2]), high=high,
            window=Window(1, window.width, 1, window.stride_w, 0, window.pad_left),
            products=depthwise.products * strips * high // depthwise.shape[0],
            most_block=max(1, depthwise.most_block // high))}
    if high > 1:
        narrow = problem.tasks[site.last]
        tasks[site.last] = replace(narrow, window=POINT, rows=high, high=high,
                                   most_block=max(1, narrow.most_block // high))
    return {index: replace(task, data=task.stacked_data) for index, task in tasks.items()}


def with_stacks(problem: Problem, choices: dict[Site, int]) -> Problem:
    """The problem with some of its sites stacked."""
    changed: dict[int, Task] = {}
    for site, high in choices.items():
        changed |= stacked(problem, site, high)
    tasks = tuple(changed.get(i, task) for i, task in enumerate(problem.tasks))
    shapes = list(problem.shapes)
    for i in changed:
        shapes[tasks[i].writes] = tasks[i].shape
    return replace(problem, tasks=tasks, shapes=tuple(shapes))
