# SPDX-License-Identifier: MIT
"""The plan of a whole run, as the options ask for it."""
from collections.abc import Iterator
from dataclasses import replace

from tinyml.errors import FitError
from tinyml.plan.blocks import Growth
from tinyml.plan.cores import cost_of, per_run
from tinyml.plan.cost import Cost
from tinyml.plan.layout import Plan, counted_by, lay_out, place_path
from tinyml.options import Options
from tinyml.plan.pages import pages_of
from tinyml.plan.patches import Estimate, estimates, patched
from tinyml.plan.path import Path, frontier, peak, smallest, total_cycles
from tinyml.plan.quick import Quick
from tinyml.plan.stages import BLOCKS, LONG_BLOCKS, Search, StageChoice
from tinyml.plan.tasks import Problem

EQUALLY_FAST = 1.01             # plans this near the fastest: the smaller one is taken
NO_LIMIT = 1 << 62
SHORT = 4                       # pixels that kernels compute at once
MOST_TRIES = 3                  # of one of them
LEAST_PAGE = 512                # bytes, of several stages: less is not worth joining
STARTS = 4                      # paths that are tried with longer blocks


def make_plan(problem: Problem, options: Options = Options()) -> Plan:
    """The plan that the options ask for. Raises FitError if none fits."""
    plan = None
    _require_data(problem, options.ram)
    if options.stages == "patches":
        plan = _patched_plan(problem, options, _guesses(problem, options))
    elif options.goal == "fastest":
        plan = _fastest_plan(problem, options)
    plan = plan or _smallest_plan(problem, replace(options, goal="smallest"))
    reason = _what_is_too_much(plan, options)
    if reason:
        plan = _quick_plan(problem, options)
        if plan is None:
            raise FitError(reason)
    return _fewer_reads(plan, options.ram) if plan.pages else plan


def make_frontier(problem: Problem, options: Options = Options()) -> list[Plan]:
    """Plans of falling bytes and rising cycles: the fastest first, the smallest last."""
    choices = _choices(problem, options)
    paths = frontier(choices, len(problem.tasks), NO_LIMIT, _most_extra(problem, options))
    plans: list[Plan] = []
    for plan in (place_path(problem, path) for path in paths):
        if plans and plan.arena_bytes >= plans[-1].arena_bytes:
            continue
        if plans and plan.cycles <= EQUALLY_FAST * plans[-1].cycles:
            plans.pop()                 # as fast and smaller
        plans.append(plan)
    return plans


def _choices(problem: Problem, options: Options) -> list[StageChoice]:
    """All stages that a plan may be made of."""
    plain = _plain_choices(problem, options)
    return _with_recomputed(problem, options, plain) if _may_recompute(options) else plain


def _require_data(problem: Problem, ram: int | None) -> None:
    """Raises FitError if the weights of a task alone are too large."""
    task = max(problem.tasks, key=lambda task: task.data, default=None)
    if ram is not None and task and task.data > ram:
        raise FitError(f"the weights of `{problem.names[task.writes]}` have {task.data} bytes, "
                       f"{task.data - ram} more than the {ram} allowed: use fewer channels there")


def _fewer_reads(plan: Plan, ram: int | None) -> Plan:
    """The plan with pages that serve several stages, where that takes no more RAM than there is;
    and then, of what is left, pages that stay from run to run, the largest first."""
    limit = max(plan.arena_bytes, ram or 0)
    most = max(page.bytes for page in plan.pages)
    while most >= LEAST_PAGE:
        pages = pages_of(plan.problem, plan.stages, most)
        joined = lay_out(plan.problem, plan.stages, pages, limit)
        if joined:
            plan = joined
            break
        most //= 2
    for page in sorted(plan.pages if ram else (), key=lambda page: -page.bytes):
        pages = tuple(replace(other, stays=other.stays or other.first == page.first)
                      for other in plan.pages)
        plan = lay_out(plan.problem, plan.stages, pages, limit) or plan
    return plan


def _ever_more_choices(problem: Problem, options: Options) -> Iterator[list[StageChoice]]:
    """The stages of op by op, of rings, of rows that are computed again, as far as the options
    go."""
    if options.stages != "single":
        yield _plain_choices(problem, replace(options, stages="single"))
    plain = _plain_choices(problem, options)
    yield plain
    if _may_recompute(options):
        yield _with_recomputed(problem, options, plain)


def _with_recomputed(problem: Problem, options: Options, plain: list[StageChoice]):
    """Rows are only computed again where that gives less than the smallest plan that does
    without."""
    least = smallest(plain, len(problem.tasks))
    search = Search(problem, True, cost=cost_of(options.core))
    return search.choices(peak(least[0]), _most_extra(problem, options)) + plain


def _plain_choices(problem: Problem, options: Options, limit: int = NO_LIMIT):
    """The stages that compute nothing twice."""
    blocks = BLOCKS if options.goal == "smallest" else BLOCKS + LONG_BLOCKS
    search = Search(problem, False, options.stages != "single", blocks, cost=cost_of(options.core))
    return search.choices(limit, None)


def _may_recompute(options: Options) -> bool:
    return options.stages in ("auto", "recompute") and options.max_extra != 0


def _most_extra(problem: Problem, options: Options) -> int | None:
    """Products that may be computed again."""
    if options.max_extra is None:
        return None
    return int(sum(task.products for task in problem.tasks) * options.max_extra / 100)


def _fastest_plan(problem: Problem, options: Options) -> Plan | None:
    """The fastest within the RAM. What longer blocks will make of a path is not known before, so that
    of other costs may be faster in the end."""
    cores = (options.core,) if options.ram is None else dict.fromkeys((options.core, None))
    plans = (_fastest_by(problem, replace(options, core=core)) for core in cores)
    return _first([counted_by(cost_of(options.core), plan) for plan in plans if plan], NO_LIMIT)


def _fastest_by(problem: Problem, options: Options) -> Plan | None:
    """By the costs of a core, one that computes nothing twice if there is one with room to spare."""
    limit = NO_LIMIT if options.ram is None else options.ram
    cost = cost_of(options.core)
    plan = _fastest_of(problem, _plain_choices(problem, options, limit), None, limit, cost)
    if plan or not _may_recompute(options):
        return plan
    tight = _smallest_plan(problem, replace(options, goal="smallest", max_extra=0))
    again = _fastest_of(problem, _choices(problem, options), _most_extra(problem, options), limit, cost)
    return _first([plan for plan in (tight, again) if plan], limit)


def _fastest_of(problem: Problem, choices, extra: int | None, limit: int, cost: Cost) -> Plan | None:
    """The fastest within the limit; of those as fast, the smallest."""
    paths = frontier(choices, len(problem.tasks), limit, extra)
    if limit == NO_LIMIT:
        return place_path(problem, [path for path in paths if total_cycles(path)
                                    <= EQUALLY_FAST * total_cycles(paths[0])][-1])
    some = dict.fromkeys(paths[len(paths) * part // STARTS] for part in range(STARTS) if paths)
    plans = [_lengthened(problem, path, limit, cost) for path in (*some, *paths[-1:])]
    return _first(plans, limit)


def _first(plans: list[Plan], limit: int) -> Plan | None:
    """The fastest of those within the limit; of those as fast, the smallest."""
    return min((plan for plan in plans if plan.arena_bytes <= limit),
               key=lambda plan: (plan.cycles, plan.arena_bytes), default=None)


def _lengthened(problem: Problem, path: Path, limit: int, cost: Cost) -> Plan:
    """The plan of a path, with longer blocks as far as the limit allows."""
    growths = [Growth(problem, stage, cost) for stage in path if stage.first < stage.last]
    room = limit
    for _ in range(MOST_TRIES):
        blocks = {task: block for growth in growths
                  for task, block in growth.grown(room).items()}
        plan = place_path(problem, path, blocks, cost=cost)
        if plan.arena_bytes <= limit or not blocks:
            return plan
        room -= plan.arena_bytes - limit        # the placement has gaps: ask for less
    return place_path(problem, path)


def _smallest_plan(problem: Problem, options: Options) -> Plan:
    """The smallest that can be placed. Estimates leave out gaps, so the first path whose estimate
    is no less than the best plan so far ends a search; and so a search among more choices may end
    with a larger plan: the plainer ones come first."""
    best, cost = None, cost_of(options.core)
    for choices in _ever_more_choices(problem, options):
        for path in smallest(choices, len(problem.tasks), _most_extra(problem, options)):
            if best is not None and peak(path) >= best.arena_bytes:
                break
            for some in (path, _short_blocks(problem, path, cost)):
                plan = place_path(problem, some)
                if best is None or plan.arena_bytes < best.arena_bytes:
                    best, way = plan, some
    best = _lengthened(problem, way, best.arena_bytes, cost)
    if options.stages == "auto" and _may_recompute(options):
        smaller = [guess for guess in _guesses(problem, options) if guess.bytes < best.arena_bytes]
        if smaller:
            best = min(best, _patched_plan(problem, options, smaller),
                       key=lambda plan: plan.arena_bytes)
    return best


def _short_blocks(problem: Problem, path: Path, cost: Cost) -> Path:
    """The path with short firings of the tasks that are alone in their stage: the less a firing
    writes, the nearer an output may come to the input that it overwrites."""
    def short(stage: StageChoice) -> StageChoice:
        task, block = problem.tasks[stage.first], min(stage.block, SHORT)
        return replace(stage, block=block, cycles=cost(task, task.block(block, True), True))
    return tuple(short(stage) if stage.first == stage.last else stage for stage in path)


def _guesses(problem: Problem, options: Options) -> list[Estimate]:
    """Patches that the options allow, with all stages behind them in the estimate, the best first:
    the smallest ones, or those that compute least again within the RAM."""
    extra, base = _most_extra(problem, options), sum(task.products for task in problem.tasks)
    after = _plain_choices(problem, replace(options, stages="single"))
    guesses = []
    for guess in estimates(problem):
        rest = max((stage.bytes for stage in after if stage.first >= guess.cut.tasks), default=0)
        if extra is None or guess.products - base <= extra:
            guesses.append(replace(guess, bytes=max(guess.bytes, rest)))
    if options.goal == "smallest" or options.ram is None:
        return sorted(guesses, key=lambda guess: (guess.bytes, guess.products))
    fitting = [guess for guess in guesses if guess.bytes <= options.ram] or guesses
    return sorted(fitting, key=lambda guess: (guess.products, guess.bytes))


def _patched_plan(problem: Problem, options: Options, guesses: list[Estimate]) -> Plan:
    """The plan whose first stage runs in patches and all others op by op, as in MCUNetV2."""
    single = replace(options, stages="single", ram=None, goal="smallest")
    plans = [_smallest_plan(patched(problem, guess.cut, guess.grid, guess.grid), single)
             for guess in guesses[:2]]
    return min(plans or [_smallest_plan(problem, single)], key=lambda plan: plan.arena_bytes)


def _quick_plan(problem: Problem, options: Options) -> Plan | None:
    """Of a budget of cycles: what `Quick` finds among all plans, which a search has asked before."""
    if options.cycles is None or (options.stages, options.max_extra) != ("auto", None):
        return None
    ram = NO_LIMIT if options.ram is None else options.ram
    most_cycles = options.cycles - per_run(options.core)
    return Quick(problem, ram, most_cycles, cost_of(options.core)).plan()


def _what_is_too_much(plan: Plan, options: Options) -> str | None:
    """The line that says what is in the way."""
    if options.ram is not None and plan.arena_bytes > options.ram:
        return _too_large(plan, options.ram)
    if options.cycles is not None and plan.cycles + per_run(options.core) > options.cycles:
        return (f"a run takes some {round(plan.cycles)} cycles, {options.cycles} are allowed: use a "
                "smaller input or fewer channels")
    return None


def _too_large(plan: Plan, ram: int) -> str:
    """Of an arena that is."""
    when = max((b.first for b in plan.buffers), key=lambda t: sum(
        b.size for b in plan.buffers if b.first <= t <= b.last))
    alive = sorted((b for b in plan.buffers if b.first <= when <= b.last), key=lambda b: -b.size)
    largest = " + ".join(f"`{b.name.split(';')[0]}` {b.size}" for b in alive[:3])
    way_out = ("pack with --feed rows, so that the input is never held"
               if plan.problem.holds_input else
               "use a smaller input or fewer channels there")
    return (f"the arena needs {plan.arena_bytes} bytes, {plan.arena_bytes - ram} more than the "
            f"{ram} allowed: op {max(when, 0)} holds {largest}; "
            f"{way_out}")
