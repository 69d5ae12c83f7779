# SPDX-License-Identifier: MIT
"""The plan of a whole run: stages, rings, offsets."""
from dataclasses import dataclass, replace

from tinyml.errors import FitError
from tinyml.plan.buffers import Buffer
from tinyml.plan.options import Options
from tinyml.plan.patches import estimates, patched
from tinyml.plan.path import Path, fastest, frontier, peak, smallest, total_cycles
from tinyml.plan.place import place
from tinyml.plan.rings import Stage, all_firings, least_gap, pull, ring_pixels
from tinyml.plan.stacks import with_stacks
from tinyml.plan.stages import STATE_BYTES, Search, StageChoice
from tinyml.plan.tasks import Problem

EQUALLY_FAST = 1.01             # plans this near the fastest: the smaller one is taken
MOST_TRIALS = 12                # placements tried before the best of them is taken


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
        return STATE_BYTES * max(stage.last - stage.first + 1 for stage in self.stages)

    @property
    def products(self) -> int:
        return sum(task.products for task in self.problem.tasks)


def make_plan(problem: Problem, options: Options = Options()) -> Plan:
    """The plan that the options ask for. Raises FitError if none fits."""
    if options.stages == "patches":
        plan = _patched_plan(problem, options)
    else:
        plan = _plan(problem, options)
    if options.ram is not None and plan.arena_bytes > options.ram:
        raise FitError(_too_large(plan, options.ram))
    return plan


def _plan(problem: Problem, options: Options) -> Plan:
    """The plan of a goal; the smallest there is where the limit is out of reach."""
    choices = find_choices(problem, options)
    count, extra = len(problem.tasks), _most_extra(problem, options)
    plan = None
    if options.goal == "fastest":
        limit = 1 << 62 if options.ram is None else options.ram
        plan = _fastest_plan(problem, choices, count, extra, limit)
    if plan is None:
        unlimited = replace(options, ram=None)
        plan = _smallest_plan(problem, smallest(
            choices if options.ram is None else find_choices(problem, unlimited), count, extra))
    return plan


def _patched_plan(problem: Problem, options: Options) -> Plan:
    """The plan whose first stage runs in patches and all others op by op, as in MCUNetV2: the
    smallest, or the one that computes least again within the RAM."""
    single = replace(options, stages="single", ram=None, goal="smallest", max_extra=None)
    after = Search(problem, False, False).choices(1 << 62, None)
    most = _most_extra(problem, options)
    base = sum(task.products for task in problem.tasks)
    best = []
    for guess in estimates(problem):
        rest = max((s.bytes for s in after if s.first >= guess.cut.tasks), default=0)
        if most is None or guess.products - base <= most:
            best.append((max(guess.bytes, rest), guess.products, guess))
    if options.goal == "fastest" and options.ram is not None:
        best = [b for b in best if b[0] <= options.ram] or best
    order = (lambda b: b[:2]) if options.goal == "smallest" else (lambda b: (b[1], b[0]))
    plans = [_plan(patched(problem, guess.cut, guess.grid, guess.grid), single)
             for _, _, guess in sorted(best, key=order)[:2]] or [_plan(problem, single)]
    return min(plans, key=lambda plan: plan.arena_bytes)


def make_frontier(problem: Problem, options: Options = Options()) -> list[Plan]:
    """Plans of falling bytes and rising cycles: the fastest first, the smallest last."""
    choices = find_choices(problem, options)
    paths = frontier(choices, len(problem.tasks), 1 << 62, _most_extra(problem, options))
    plans: list[Plan] = []
    for plan in (place_path(problem, path) for path in paths):
        if plans and plan.arena_bytes >= plans[-1].arena_bytes:
            continue
        if plans and plan.cycles <= EQUALLY_FAST * plans[-1].cycles:
            plans.pop()                 # as fast and smaller
        plans.append(plan)
    return plans


def find_choices(problem: Problem, options: Options) -> list[StageChoice]:
    """All stages that a plan by these options may be made of. Rows are only computed again where
    that gives less than the smallest plan that does without."""
    limit = 1 << 62 if options.ram is None else options.ram
    extra, count = _most_extra(problem, options), len(problem.tasks)
    choices = Search(problem, False, options.stages != "single").choices(limit, extra)
    if options.stages not in ("auto", "recompute") or extra == 0:
        return choices
    least = smallest(choices, count)
    return Search(problem, True).choices(peak(least[0]) if least else limit, extra) + choices


def _most_extra(problem: Problem, options: Options) -> int | None:
    if options.max_extra is None:
        return None
    return int(sum(task.products for task in problem.tasks) * options.max_extra / 100)


def _fastest_plan(problem, choices, count, extra, limit) -> Plan | None:
    """The fastest within the limit; of those as fast, the smallest."""
    best = fastest(choices, count, limit, extra)
    if best is None:
        return None
    paths = [path for path in frontier(choices, count, limit, extra)
             if total_cycles(path) <= EQUALLY_FAST * total_cycles(best)]
    plan = place_path(problem, paths[-1])
    while plan.arena_bytes > limit:     # the placement has gaps: ask for less
        path = fastest(choices, count, peak(plan.stages) - (plan.arena_bytes - limit), extra)
        if path is None:
            return None
        plan = place_path(problem, path)
    return plan


def _smallest_plan(problem, paths: list[Path]) -> Plan:
    """The smallest that can be placed: estimates are from below, so the first one whose estimate
    is no less than the best so far ends the search."""
    best = None
    for path in paths[:MOST_TRIALS]:
        if best is not None and peak(path) >= best.arena_bytes:
            break
        plan = place_path(problem, path, best.arena_bytes if best else None)
        if best is None or plan.arena_bytes < best.arena_bytes:
            best = plan
    return best


def place_path(problem: Problem, path: Path, target: int | None = None) -> Plan:
    """The plan of a path: exact rings, every buffer at its place."""
    problem = with_stacks(problem, {site: high for stage in path for site, high in stage.highs})
    stage_of = {index: stage for stage in path for index in range(stage.first, stage.last + 1)}
    last = {tensor: max(problem.readers[tensor], default=-1)
            for tensor in range(len(problem.shapes))}
    pixels, buffers, gaps = [], [], {}
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
        if not held and Search.is_fleeting(problem, tensor, stage.block):
            begin, end = writer, last[tensor]
        align = problem.tasks[writer].align if writer >= 0 else 1
        buffers.append(Buffer(problem.names[tensor], pixels[-1] * channels, begin, end, align))
    for stage in path:
        gaps |= _gaps(problem, stage, last)
    placement = place(tuple(buffers), gaps, target)
    state = STATE_BYTES * max(stage.last - stage.first + 1 for stage in path)
    arena = -(-placement.arena_bytes // 4) * 4 + state
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


def _too_large(plan: Plan, ram: int) -> str:
    """The line that says what is in the way."""
    when = max((b.first for b in plan.buffers), key=lambda t: sum(
        b.size for b in plan.buffers if b.first <= t <= b.last))
    alive = sorted((b for b in plan.buffers if b.first <= when <= b.last), key=lambda b: -b.size)
    largest = " + ".join(f"`{b.name.split(';')[0]}` {b.size}" for b in alive[:3])
    return (f"the arena needs {plan.arena_bytes} bytes, {plan.arena_bytes - ram} more than the "
            f"{ram} allowed: op {max(when, 0)} holds {largest}; "
            "use a smaller input or fewer channels there")
