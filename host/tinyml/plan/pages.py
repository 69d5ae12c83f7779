# SPDX-License-Identifier: MIT
"""Weights that are read from the file while a model runs: which in one piece, and which stay.

A page is the data of some stages. It has its place in the arena from the first of them to the last,
as a tensor has; before and after, others use that place. So early stages, whose tensors are large,
and late ones, whose weights are, need no more together than the larger of the two.
"""
from dataclasses import dataclass

from tinyml.plan.buffers import Buffer
from tinyml.plan.path import Path
from tinyml.plan.tasks import Problem

ALIGN = 16
MOST_WORDS = 65535              # of a row of a page, by the format


@dataclass(frozen=True)
class Page:
    """The data of tasks `first` to `last`. If it `stays`, its place is its own for ever: it is read
    once. `offset` in the arena."""

    first: int
    last: int
    bytes: int
    stays: bool = False
    offset: int = 0

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, and words of them, of 4 bytes."""
        words = self.bytes // 4
        rows = -(-words // MOST_WORDS)
        return rows, words // rows, 4

    def buffer(self, tasks: int) -> Buffer:
        """What is to be placed, in a run of so many tasks."""
        first, last = (-1, tasks) if self.stays else (self.first, self.last)
        return Buffer("weights", self.bytes, first, last, ALIGN, is_data=True)


def pages_of(problem: Problem, path: Path, most: int = 0) -> tuple[Page, ...]:
    """A page for each stage that has data, or for several that have up to `most` bytes together.
    A page ends where the next one begins.
    Tasks that are parts of one step share its data."""
    pages: list[Page] = []
    for stage in path:
        joins = bool(pages) and (_data(problem, stage.first, stage.last) == 0
                                 or _data(problem, pages[-1].first, stage.last) <= most)
        first = pages.pop().first if joins else stage.first
        data = _data(problem, first, stage.last)
        if data:
            pages.append(Page(first, stage.last, data))
    return tuple(pages)


def _data(problem: Problem, first: int, last: int) -> int:
    """Bytes of some tasks, up to whole rows of a page."""
    words = sum({task.step: task.data for task in problem.tasks[first:last + 1]}.values()) // 4
    rows = -(-words // MOST_WORDS)
    return words and 4 * rows * -(-words // rows)
