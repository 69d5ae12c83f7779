# SPDX-License-Identifier: MIT
"""Rings that are empty most of the time, so that others may use their place.

A task fires only when no later one can. So if its reader, the task after it, can always fire as
soon as it has written a block, the ring between them is filled and emptied before anything else
happens. Two things could keep the reader: a window that needs more than the block, and an output
ring that stays full because a later task waits for something else.
"""
from tinyml.plan.rings import Stage
from tinyml.plan.tasks import POINT, Problem


def passing(problem: Problem) -> frozenset[int]:
    """The tensors whose reader, the task after their writer, is never kept by a full ring: what
    later tasks wait for besides comes either from the reader as well, or was there before."""
    depends = []                # by task: the tasks it depends on, as bits
    for task in problem.tasks:
        writers = [problem.writer[t] for t in task.reads if t in problem.writer]
        depends.append(sum({1 << w for w in writers}) | _union(depends[w] for w in writers))
    found = set()
    for index, task in enumerate(problem.tasks[:-1]):
        if problem.readers[task.writes] == (index + 1,) and _is_passing(problem, depends, index):
            found.add(task.writes)
    return frozenset(found)


def _union(masks) -> int:
    total = 0
    for mask in masks:
        total |= mask
    return total


def _is_passing(problem: Problem, depends: list[int], index: int) -> bool:
    reader = index + 1
    for later in range(reader, len(problem.tasks)):
        if later != reader and not depends[later] >> reader & 1:
            continue
        for tensor in problem.tasks[later].reads:
            writer = problem.writer.get(tensor, index)
            behind = writer == reader or depends[writer] >> reader & 1
            before = writer == index or depends[index] >> writer & 1
            if not behind and not before:
                return False
    return True


def is_fleeting(stage: Stage, tensor: int) -> bool:
    """Whether the reader of a tensor that is passing needs one pixel for one, block by block."""
    writer = stage.problem.writer[tensor]
    source, reader = stage.task(writer), stage.task(writer + 1)
    return (source.rows == 1 and reader.window == POINT
            and (source.firing_rows, source.shape[1]) == (reader.firing_rows, reader.shape[1])
            and stage.block(writer) == stage.block(writer + 1))
