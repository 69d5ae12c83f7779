# SPDX-License-Identifier: MIT
"""From a path to a plan: exact rings, lifetimes, and a place for every buffer."""
from dataclasses import dataclass, replace

from tinyml.plan.blocks import Blocks, with_blocks
from tinyml.plan.buffers import Buffer, live_bytes
from tinyml.plan.cost import Cost, cycles
from tinyml.plan.fleeting import is_fleeting, passing
from tinyml.plan.gaps import least_gap
from tinyml.plan.pages import Page, pages_of
from tinyml.plan.path import Path, total_cycles
from tinyml.plan.place import place
from tinyml.plan.rings import Stage, all_firings, pull, ring_pixels
from tinyml.plan.stacks import with_stacks
from tinyml.plan.stages import STATE_BYTES, StageChoice
from tinyml.plan.tasks import Problem

WORD = 4                        # bytes: where buffers begin, for kernels that read words


@dataclass(frozen=True)
class Plan:
    """`problem` is the one that was planned, with its stacks. By tensor: `pixels` that are kept,
    `buffers` (bytes, and when they live, in tasks) and `offsets` in the arena. `pages`: weights that
    are read while it runs."""

    problem: Problem
    stages: tuple[StageChoice, ...]
    pixels: tuple[int, ...]
    buffers: tuple[Buffer, ...]
    offsets: tuple[int, ...]
    arena_bytes: int
    cycles: int
    pages: tuple[Page, ...] = ()

    @property
    def state_bytes(self) -> int:
        """What the machine itself needs, at the end of the arena."""
        return _state_bytes(self.stages)

    @property
    def products(self) -> int:
        return sum(task.products for task in self.problem.tasks)


def _state_bytes(path: Path) -> int:
    return STATE_BYTES * max((stage.last - stage.first + 1 for stage in path), default=0)


def place_path(problem: Problem, path: Path, blocks: Blocks = {},
               limit: int | None = None, cost: Cost = cycles) -> Plan | None:
    """The plan of a path: exact rings, every buffer at its place. `blocks`: of tasks that have one
    of their own. With a `limit` it is the first found within it, or None."""
    problem = with_stacks(problem, {site: high for stage in path for site, high in stage.highs})
    problem, path = with_blocks(problem, path, blocks, cost)
    return lay_out(problem, path, pages_of(problem, path), limit)


def counted_by(cost: Cost, plan: Plan) -> Plan:
    """The same plan with the cycles that a cost gives it."""
    stages = tuple(replace(stage, cycles=sum(
        cost(task, task.block(stage.block, alone), alone)
        for alone in [stage.first == stage.last]
        for task in plan.problem.tasks[stage.first:stage.last + 1])) for stage in plan.stages)
    return replace(plan, stages=stages, cycles=total_cycles(stages))


def lay_out(problem: Problem, path: Path, pages: tuple[Page, ...],
            limit: int | None = None) -> Plan | None:
    """The same of a problem that has its stacks and blocks, with these pages; None if the arena
    would have more bytes than the limit."""
    stage_of = {index: stage for stage in path for index in range(stage.first, stage.last + 1)}
    last = {tensor: max(problem.readers[tensor], default=-1)
            for tensor in range(len(problem.shapes))}
    passes = passing(problem)
    kept = [_kept(problem, tensor, stage_of, last, passes) for tensor in last]
    pixels, buffers = zip(*kept) if kept else ((), ())
    gaps = {pair: gap for stage in path for pair, gap in _gaps(problem, stage, last).items()}
    if pages:
        buffers = tuple(replace(buffer, is_callers=tensor in problem.inputs + problem.outputs)
                        for tensor, buffer in enumerate(buffers))
    data = tuple(page.buffer(len(problem.tasks)) for page in pages)
    room = None if limit is None else limit - _state_bytes(path)
    if room is not None and live_bytes(buffers + data, gaps) > room:
        return None
    placement = place(buffers + data, gaps, room)
    arena = -(-placement.arena_bytes // 4) * 4 + _state_bytes(path)
    if limit is not None and arena > limit:
        return None
    offsets = placement.offsets
    return Plan(problem, path, pixels, buffers, offsets[:len(buffers)], arena, total_cycles(path),
                tuple(replace(page, offset=offset)
                      for page, offset in zip(pages, offsets[len(buffers):])))


def _kept(problem: Problem, tensor: int, stage_of: dict, last: dict, passes) -> tuple[int, Buffer]:
    """How many pixels of a tensor are kept, and from when to when. Between stages, and at the
    model's ends, it is whole; a tensor that tiles stand in for (plan/patches.py) is nowhere."""
    height, width, channels = problem.shapes[tensor]
    writer, end = problem.writer.get(tensor), last[tensor]
    if writer is None:
        pixels = height * width if tensor in problem.inputs else 0
        until = stage_of[end].last if end >= 0 else -1
        if tensor in problem.outputs:
            until = len(problem.tasks)
        return pixels, Buffer(problem.names[tensor], pixels * channels, -1, until, WORD)
    stage = stage_of[writer]
    begin = stage_of[problem.begins[tensor]].first
    if tensor in problem.outputs:
        pixels, end = height * width, len(problem.tasks)
    elif end > stage.last:
        pixels, end = height * width, stage_of[end].last
    else:
        view = Stage(problem, stage.block)
        pixels = ring_pixels(view, tensor) if end >= 0 else height * width
        if tensor in passes and is_fleeting(view, tensor):
            begin = writer
        else:
            end = stage.last
    return pixels, Buffer(problem.names[tensor], pixels * channels, begin, end, WORD)


def _gaps(problem: Problem, stage: StageChoice, last: dict) -> dict[tuple[int, int], int]:
    """For a stage's whole outputs and the whole inputs that it is the last to read: how far apart
    they must begin."""
    alone = stage.first == stage.last
    gaps, view = {}, Stage(problem, stage.block, alone)
    for sink in range(stage.first, stage.last + 1):
        out = problem.tasks[sink].writes
        if (problem.tasks[sink].regions or out in problem.states
                or last[out] <= stage.last and out not in problem.outputs):
            continue
        firings = all_firings(view.task(sink), view.block(sink), alone)
        needed = pull(view, sink, stage.first, *firings)
        for held in dict.fromkeys(t for i in range(stage.first, stage.last + 1)
                                  for t in problem.tasks[i].reads):
            dies = (problem.writer.get(held, -1) < stage.first and last[held] <= stage.last
                    and held not in problem.outputs)
            gap = least_gap(view, held, sink, needed) if dies else None
            if gap is not None and gap < problem.size(out):
                gaps[out, held] = gap
    return gaps
