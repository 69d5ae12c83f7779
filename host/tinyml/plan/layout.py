# SPDX-License-Identifier: MIT
"""From a path to a plan: exact rings, lifetimes, and a place for every buffer."""
from dataclasses import dataclass

from tinyml.plan.buffers import Buffer
from tinyml.plan.fleeting import is_fleeting, passing
from tinyml.plan.path import Path, total_cycles
from tinyml.plan.place import place
from tinyml.plan.rings import Stage, all_firings, least_gap, pull, ring_pixels
from tinyml.plan.stacks import with_stacks
from tinyml.plan.stages import STATE_BYTES, StageChoice
from tinyml.plan.tasks import Problem


@dataclass(frozen=True)
class Plan:
    """`problem` is the one that was planned, with its stacks; `pixels` and `offsets` go by tensor.
    `buffers` and `buffer_offsets` are what was placed, for pictures."""

    problem: Problem
    stages: tuple[StageChoice, ...]
    pixels: tuple[int, ...]
    offsets: tuple[int, ...]
    arena_bytes: int
    buffers: tuple[Buffer, ...]
    buffer_offsets: tuple[int, ...]
    cycles: int

    @property
    def state_bytes(self) -> int:
        """What the machine itself needs, at the end of the arena."""
        return _state_bytes(self.stages)

    @property
    def products(self) -> int:
        return sum(task.products for task in self.problem.tasks)


def _state_bytes(path: Path) -> int:
    return STATE_BYTES * max((stage.last - stage.first + 1 for stage in path), default=0)


def place_path(problem: Problem, path: Path, target: int | None = None) -> Plan:
    """The plan of a path: exact rings, every buffer at its place."""
    problem = with_stacks(problem, {site: high for stage in path for site, high in stage.highs})
    stage_of = {index: stage for stage in path for index in range(stage.first, stage.last + 1)}
    last = {tensor: max(problem.readers[tensor], default=-1)
            for tensor in range(len(problem.shapes))}
    pixels, buffers, gaps, passes = [], [], {}, passing(problem)
    for tensor, (height, width, channels) in enumerate(problem.shapes):
        writer = problem.writer.get(tensor, -1)
        stage = stage_of.get(writer)
        held = writer < 0 or tensor in problem.outputs or last[tensor] > stage.last
        view = Stage(problem, stage.block if stage else 1)
        used = stage or tensor in problem.inputs    # not where tiles stand in for it
        pixels.append(0 if not used else height * width if held else ring_pixels(view, tensor))
        begin = stage_of[problem.begins[tensor]].first if stage else -1
        end = (len(problem.tasks) if tensor in problem.outputs else
               stage_of[last[tensor]].last if last[tensor] >= 0 else writer)
        if not held and tensor in passes and is_fleeting(problem, tensor, stage.block):
            begin, end = writer, last[tensor]
        align = problem.tasks[writer].align if writer >= 0 else 1
        buffers.append(Buffer(problem.names[tensor], pixels[-1] * channels, begin, end, align))
    for stage in path:
        gaps |= _gaps(problem, stage, last)
    placement = place(tuple(buffers), gaps, target)
    arena = -(-placement.arena_bytes // 4) * 4 + _state_bytes(path)
    return Plan(problem, path, tuple(pixels), placement.offsets, arena, tuple(buffers),
                placement.offsets, total_cycles(path))


def _gaps(problem: Problem, stage: StageChoice, last: dict) -> dict[tuple[int, int], int]:
    """For a stage's whole outputs and the whole inputs that it is the last to read: how far apart
    they must begin."""
    gaps, view = {}, Stage(problem, stage.block)
    for sink in range(stage.first, stage.last + 1):
        out = problem.tasks[sink].writes
        if problem.tasks[sink].regions or last[out] <= stage.last and out not in problem.outputs:
            continue
        firings = all_firings(view.task(sink), view.block(sink))
        needed = pull(view, sink, stage.first, *firings)
        for held in dict.fromkeys(t for i in range(stage.first, stage.last + 1)
                                  for t in problem.tasks[i].reads):
            dies = (problem.writer.get(held, -1) < stage.first and last[held] <= stage.last
                    and held not in problem.outputs)
            gap = least_gap(view, held, sink, needed) if dies else None
            if gap is not None and gap < problem.size(out):
                gaps[out, held] = gap
    return gaps
