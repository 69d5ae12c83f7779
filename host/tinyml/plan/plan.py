# SPDX-License-Identifier: MIT
"""The plan of a whole run: stages, rings, offsets."""
from dataclasses import dataclass

from tinyml.plan.buffers import Buffer
from tinyml.plan.place import place
from tinyml.plan.rings import Ring, whole
from tinyml.plan.stages import Stage, one_by_one


@dataclass(frozen=True)
class Task:
    """One step of a run, as the planner sees it: tensors are numbers.

    `keeps`: it does nothing, its output is its input's bytes (a reshape).
    `may_overwrite`: inputs in whose place the output may be written, byte for byte.
    """

    name: str
    reads: tuple[int, ...]
    writes: int
    may_overwrite: tuple[int, ...] = ()
    keeps: bool = False


@dataclass(frozen=True)
class Plan:
    """`rings` and `offsets` go by tensor; `buffers` are what was placed, for pictures."""

    stages: tuple[Stage, ...]
    rings: tuple[Ring, ...]
    offsets: tuple[int, ...]
    arena_bytes: int
    buffers: tuple[Buffer, ...]
    buffer_offsets: tuple[int, ...]
    proven: bool


def make_plan(tasks: tuple[Task, ...], shapes: tuple[tuple[int, int, int], ...],
              inputs: tuple[int, ...], outputs: tuple[int, ...], names=None) -> Plan:
    """Plans a run task by task, in place where a task allows it.

    `shapes` are (height, width, channels) of each tensor, one byte a value. Inputs are there
    before the first task; outputs stay to the end.
    """
    names = names or [str(number) for number in range(len(shapes))]
    rings = tuple(whole(hwc) for hwc in shapes)
    first, last = _lifetimes(tasks, len(shapes), inputs, outputs)
    home = _homes(tasks, rings, last)
    members = {h: [t for t in range(len(shapes)) if home[t] == h] for h in sorted(set(home))}
    buffers = tuple(Buffer(names[h], max(rings[t].size for t in group),
                           min(first[t] for t in group), max(last[t] for t in group))
                    for h, group in members.items())
    placement = place(buffers)
    offset = dict(zip(members, placement.offsets))
    return Plan(one_by_one(len(tasks)), rings, tuple(offset[h] for h in home),
                placement.arena_bytes, buffers, placement.offsets, placement.proven)


def _lifetimes(tasks, tensors, inputs, outputs):
    """First and last task that needs each tensor; task i is time i + 1, inputs begin at 0."""
    first, last = [0] * tensors, [0] * tensors
    for time, task in enumerate(tasks, 1):
        first[task.writes] = last[task.writes] = time
        for tensor in task.reads:
            last[tensor] = time
    for tensor in outputs:
        last[tensor] = len(tasks) + 1
    return first, last


def _homes(tasks, rings, last) -> list[int]:
    """For each tensor the one whose buffer it shares, itself if none."""
    home = list(range(len(rings)))
    free_at = list(last)                        # when a home's bytes are no longer read
    for time, task in enumerate(tasks, 1):
        for tensor in task.reads if task.keeps else task.may_overwrite:
            base = home[tensor]
            same_size = rings[tensor].size == rings[task.writes].size
            others = {t for t in task.reads if home[t] == base} - set(task.may_overwrite)
            if task.keeps or (same_size and free_at[base] == time and not others):
                home[task.writes] = base
                free_at[base] = max(free_at[base], last[task.writes])
                break
    return home
