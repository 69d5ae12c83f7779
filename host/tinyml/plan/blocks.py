# SPDX-License-Identifier: MIT
"""Longer firings for single tasks of a stage, where they cost few bytes or none.

The search gives all tasks of a stage one size of block. Where RAM is short that is a small one, for
the sake of a few wide tensors; tasks around narrow ones may fire more pixels at a time.
"""
from dataclasses import dataclass, replace

from tinyml.plan.cost import Cost, cycles
from tinyml.plan.fleeting import is_fleeting, passing
from tinyml.plan.rings import Stage, meeting_of, ring_pixels
from tinyml.plan.stacks import with_stacks
from tinyml.plan.stages import LONG_BLOCKS, StageChoice
from tinyml.plan.tasks import POINT, ROW, Problem

LONGER = (2, 4, 8, 16, 32, ROW, *LONG_BLOCKS)
Blocks = dict[int, int]
"""By task: pixels of a firing."""


@dataclass(frozen=True)
class _Mixed(Stage):
    """A stage in which every task has a block of its own; those behind it, where branches may
    meet, have the longest."""

    blocks: Blocks = None

    def block(self, index: int) -> int:
        return self.blocks.get(index) or super().block(index)


def with_blocks(problem: Problem, path, blocks: Blocks, cost: Cost = cycles):
    """The problem and the path with these blocks; sites are stacked already."""
    tasks = tuple(replace(task, most_block=blocks.get(index, task.most_block))
                  for index, task in enumerate(problem.tasks))
    stages = tuple(replace(stage, block=LONGER[-1], cycles=sum(
        cost(tasks[index], blocks[index], False)
        for index in range(stage.first, stage.last + 1)))
        if stage.first in blocks else stage for stage in path)
    return replace(problem, tasks=tasks), stages


class Growth:
    """A stage whose blocks grow."""

    def __init__(self, problem: Problem, stage: StageChoice, cost: Cost = cycles):
        self.problem = with_stacks(problem, dict(stage.highs))
        self.stage, self.indices = stage, range(stage.first, stage.last + 1)
        tasks, readers = self.problem.tasks, self.problem.readers
        written = [tasks[i].writes for i in self.indices]
        self.inner = [tensor for tensor in written if tensor not in self.problem.outputs
                      and readers[tensor] and readers[tensor][-1] <= stage.last]
        self.passing = passing(self.problem)
        self.until = {tensor: max(readers[tensor][-1],
                                  meeting_of(self.problem, readers[tensor]) or 0)
                      for tensor in self.inner}
        self.memo: dict = {}
        self.cost = cost

    def grown(self, most_bytes: int) -> Blocks:
        """Longer blocks, as long as the estimate of the stage's bytes keeps to a limit: first those
        that save most cycles for a byte. What has no room once will have none later. None at all
        if all stay as they are."""
        first = blocks = {i: self.problem.tasks[i].block(self.stage.block) for i in self.indices}
        size, moves = self.bytes(blocks), self.moves()
        room = most_bytes - self.stage.bytes + size
        while True:
            rated = [(self.rated(blocks, size, room, *move), move) for move in moves]
            moves = [move for (rate, *_), move in rated if rate > 0]
            if not moves:
                return blocks if blocks != first else {}
            _, size, blocks = max((rating for rating, _ in rated), key=lambda rating: rating[0])

    def moves(self) -> list[tuple]:
        """(tasks, longest block): of one task, or of all that take one pixel for one."""
        chains: list[tuple] = []
        for i in self.indices:
            task = self.problem.tasks[i]
            if chains and task.window == POINT and self.problem.tasks[i - 1].writes in task.reads:
                chains[-1] += (i,)
            else:
                chains.append((i,))
        groups = {*chains, *((i,) for i in self.indices)}
        return [(group, most) for group in sorted(groups) for most in LONGER]

    def rated(self, blocks: Blocks, size: int, room: int, group: tuple, most: int):
        """(cycles saved for each byte more, bytes, blocks) of a move; 0 where there is no room."""
        new = blocks | {i: max(blocks[i], self.problem.tasks[i].block(most)) for i in group}
        saved = sum(self.cycles(i, blocks[i]) - self.cycles(i, new[i]) for i in group)
        if saved <= 0:
            return 0, size, blocks
        needs = self.bytes(new)
        return (saved / max(needs - size, 1), needs, new) if needs <= room else (0, size, blocks)

    def cycles(self, index: int, block: int) -> int:
        """Of a task with such blocks."""
        key = index, block
        if key not in self.memo:
            self.memo[key] = self.cost(self.problem.tasks[index], block, False)
        return self.memo[key]

    def bytes(self, blocks: Blocks) -> int:
        """Of the rings inside the stage: those that stay, and the most of those that come and
        go."""
        stage, kept, most, reader, before = _Mixed(self.problem, LONGER[-1], blocks=blocks), 0, 0, -1, 0
        for tensor in self.inner:
            writer, size = self.problem.writer[tensor], self.ring_bytes(stage, tensor)
            if tensor in self.passing and is_fleeting(stage, tensor):
                most = max(most, size + (before if reader == writer else 0))
                reader, before = writer + 1, size
            else:
                kept += size
        return kept + most

    def ring_bytes(self, stage: _Mixed, tensor: int) -> int:
        """Of the ring of a tensor, which depends on the blocks from its writer to where the ways
        from its readers meet."""
        some = range(self.problem.writer[tensor], min(self.until[tensor], self.stage.last) + 1)
        key = tensor, *(stage.blocks[i] for i in some)
        if key not in self.memo:
            self.memo[key] = ring_pixels(stage, tensor) * self.problem.shapes[tensor][2]
        return self.memo[key]
