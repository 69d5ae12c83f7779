# SPDX-License-Identifier: MIT
"""Plans replay, keep to their limits, and are small; the checker of plans can fail."""
from dataclasses import replace
from itertools import product
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.random_problems import problems
from tinyml.errors import FitError
from tinyml.options import STAGES, Options
from tinyml.plan import Problem, Task, Window, make_frontier, make_plan
from tinyml.plan.check import check_plan, firings
from tinyml.plan.layout import place_path
from tinyml.plan.stacks import with_stacks
from tinyml.plan.stages import LONG_BLOCKS, STATE_BYTES, Search

KINDS = [Options(stages=kind, goal=goal, max_extra=extra)
         for kind, goal, extra in product(STAGES, ("smallest", "fastest"), (None, 0, 20.0))]
thorough = settings(deadline=None, suppress_health_check=list(HealthCheck))
POOLS = Window(2, 2, 2, 2)
SAME = Window(3, 3, 1, 1, 1, 1)


def assert_sound(plan):
    """It replays, and says of its arena and its buffers what is so."""
    check_plan(plan)
    tensors = range(len(plan.problem.shapes))
    ends = [plan.offsets[t] + plan.pixels[t] * plan.problem.shapes[t][2] for t in tensors]
    assert plan.arena_bytes % 4 == 0
    assert max(ends) <= plan.arena_bytes - plan.state_bytes


@settings(thorough, max_examples=80)
@given(problem=problems(), options=st.permutations(KINDS))
def test_plans_of_any_problem_replay(problem, options):
    base = sum(task.products for task in problem.tasks)
    for some in options[:3]:
        plan = make_plan(problem, some)
        assert_sound(plan)
        if some.max_extra is not None:
            assert plan.products <= base * (1 + some.max_extra / 100)
        if some.stages in ("single", "rings"):
            assert plan.products == base


@settings(thorough, max_examples=40)
@given(problem=problems(), options=st.sampled_from(KINDS))
def test_a_problem_has_one_plan(problem, options):
    assert make_plan(problem, options) == make_plan(problem, options)


@settings(thorough, max_examples=60)
@given(problem=problems(), block=st.sampled_from(LONG_BLOCKS))
def test_plans_replay_whose_firings_are_several_rows(problem, block):
    with patch("tinyml.plan.plan.BLOCKS", (block,)):
        assert_sound(make_plan(problem, Options(stages="rings", goal="smallest")))


@settings(thorough, max_examples=60)
@given(problem=problems(), kind=st.sampled_from(STAGES), part=st.floats(0, 1.1))
def test_a_plan_keeps_to_its_ram_or_there_is_none(problem, kind, part):
    least = make_plan(problem, Options(stages=kind, goal="smallest")).arena_bytes
    most = make_plan(problem, Options(stages="single")).arena_bytes
    ram = int(part * most)
    try:
        plan = make_plan(problem, Options(stages=kind, ram=ram))
    except FitError as error:
        assert ram < least and f"more than the {ram} allowed" in str(error)
        return
    assert plan.arena_bytes <= ram
    assert_sound(plan)


@settings(thorough, max_examples=60)
@given(problem=problems())
def test_rows_are_not_computed_again_where_that_is_slower(problem):
    """In exactly the RAM of the smallest plan that does without."""
    least = make_plan(problem, Options(goal="smallest", max_extra=0))
    plan = make_plan(problem, Options(ram=least.arena_bytes))
    assert plan.products == least.products or plan.cycles <= least.cycles


@settings(thorough, max_examples=60)
@given(problem=problems())
def test_more_freedom_gives_no_larger_plan(problem):
    single, rings, recompute, auto = (
        make_plan(problem, Options(stages=kind, goal="smallest")).arena_bytes
        for kind in ("single", "rings", "recompute", "auto"))
    assert auto <= recompute <= rings <= single


@settings(thorough, max_examples=40)
@given(problem=problems())
def test_the_frontier_falls_in_bytes_and_rises_in_cycles(problem):
    plans = make_frontier(problem)
    for before, after in zip(plans, plans[1:]):
        assert after.arena_bytes < before.arena_bytes
        assert after.cycles > before.cycles
    for plan in plans:
        assert_sound(plan)


def partitions(problem):
    """Every way to cut a run into stages that may be, with blocks of one pixel."""
    search = Search(problem, False)
    search.blocks = (1, 65535)
    with patch("tinyml.plan.stages._unbeaten", lambda stages: stages):
        stages = search.choices(1 << 62, None)
    by_first = {}
    for stage in stages:
        if stage.block == 1 or stage.first == stage.last:
            by_first.setdefault(stage.first, {})[stage.last] = stage

    def go_on(first):
        if first == len(problem.tasks):
            yield ()
        for stage in by_first.get(first, {}).values():
            for rest in go_on(stage.last + 1):
                yield (stage, *rest)
    return go_on(0)


@settings(thorough, max_examples=40)
@given(problem=problems(most=3))
def test_the_smallest_of_few_tasks_comes_near_the_best_way_to_cut(problem):
    """Estimates do not see all that can overlap, so on tiny problems it need not be the best."""
    if len(problem.tasks) > 6:
        return
    least = min(place_path(problem, path).arena_bytes for path in partitions(problem))
    assert make_plan(problem, Options(stages="rings", goal="smallest")).arena_bytes <= 2 * least


def inverted_residuals(count):
    """1x1 and depthwise convolutions in turn: every one of these sites shares a task with the
    next."""
    tasks, shapes = [], [(9, 7, 6)]
    for number in range(2 * count):
        before, wide = shapes[-1][2], 12 if number % 4 < 2 else 2
        shapes.append((9, 7, wide))
        tasks.append(Task("depthwise", (number,), number + 1, shapes[-1], SAME,
                          products=wide * 63 * 9, depthwise=True) if number % 2 else
                     Task("pointwise", (number,), number + 1, shapes[-1],
                          products=before * wide * 63, pointwise=True))
    return Problem(tuple(tasks), tuple(shapes), (0,), (2 * count,),
                   tuple(str(i) for i in range(len(shapes))))


def test_a_convolution_gives_several_rows_or_stacks_but_not_both():
    problem, pairs = inverted_residuals(3), 0
    for stage in Search(problem, True).choices(1 << 62, None):
        for (site, high), (following, _) in zip(stage.highs, stage.highs[1:]):
            pairs += site.last == following.first
            assert site.last < following.first or high == 1
        planned = with_stacks(problem, dict(stage.highs))
        assert stage.extra == (sum(task.products for task in planned.tasks[stage.first:stage.last + 1])
                               - sum(task.products for task in problem.tasks[
                                   stage.first:stage.last + 1]))
    assert pairs


def test_what_ram_is_left_goes_into_longer_blocks():
    """Only the wide tensors in the middle need short ones."""
    problem = chain(("a", (8, 8, 2), SAME), ("b", (8, 8, 40), SAME), ("c", (8, 8, 2), SAME))
    least = make_plan(problem, Options(stages="rings", goal="smallest"))
    ram = least.arena_bytes + 60
    plan = make_plan(problem, Options(stages="rings", ram=ram))
    blocks = [task.block(plan.stages[0].block) for task in plan.problem.tasks]
    assert plan.arena_bytes <= ram and plan.cycles < least.cycles and len(set(blocks)) > 1
    assert_sound(plan)


# The checker


def chain(*tasks):
    """Tasks one behind the other: (name, shape, window)."""
    shapes = [(8, 8, 2), *(shape for _, shape, _ in tasks)]
    return Problem(tuple(Task(name, (i,), i + 1, shape, window, products=100)
                         for i, (name, shape, window) in enumerate(tasks)),
                   tuple(shapes), (0,), (len(tasks),), tuple(f"tensor {i}" for i in range(9)))


def ringed():
    """A plan of one stage, with two rings."""
    problem = chain(("a", (8, 8, 6), SAME), ("b", (8, 8, 6), SAME), ("c", (4, 4, 2), POOLS))
    plan = make_plan(problem, Options(stages="rings", goal="smallest"))
    assert len(plan.stages) == 1 and plan.pixels[1] < 64 and plan.pixels[2] < 64
    check_plan(plan)
    return plan


def changed(values, index, value):
    return (*values[:index], value, *values[index + 1:])


def assert_refused(plan, words=None):
    with pytest.raises(AssertionError, match=words):
        check_plan(plan)


@pytest.mark.parametrize("tensor", (1, 2))
def test_a_ring_smaller_by_one_pixel_is_found(tensor):
    plan = ringed()
    assert_refused(replace(plan, pixels=changed(plan.pixels, tensor, plan.pixels[tensor] - 1)),
                   "waits for ever")


def test_a_tensor_moved_onto_another_is_found():
    plan = ringed()
    for tensor, offset in enumerate(plan.offsets):
        for other in {*plan.offsets} - {offset}:
            assert_refused(replace(plan, offsets=changed(plan.offsets, tensor, other)))


def test_a_tensor_outside_the_arena_is_found():
    plan = ringed()
    for tensor in range(4):
        assert_refused(replace(plan, offsets=changed(plan.offsets, tensor, plan.arena_bytes)),
                       "leaves the arena")
        assert_refused(replace(plan, offsets=changed(plan.offsets, tensor, -1)),
                       "leaves the arena")
    assert_refused(replace(plan, arena_bytes=plan.arena_bytes - 4), "leaves the arena")


def overlapping():
    """A plan whose output runs behind the input that it overwrites, by a gap that is needed."""
    problem = chain(("a", (8, 8, 2), Window(3, 3, 1, 1, 1, 1)))
    plan = make_plan(problem, Options(goal="smallest"))
    gap = plan.offsets[0] - plan.offsets[1]
    assert 0 < gap < problem.size(1)
    check_plan(plan)
    return plan, gap


def test_a_gap_that_is_dropped_is_found():
    plan, gap = overlapping()
    assert_refused(replace(plan, offsets=(plan.offsets[1] + gap - 1, plan.offsets[1])))
    assert_refused(replace(plan, offsets=(plan.offsets[1], plan.offsets[1])))


def test_no_gap_is_larger_than_it_must_be():
    """One byte less and a byte is lost: least_gap is exact."""
    for width, k in product((1, 3, 8), (1, 3, 5)):
        problem = chain(("a", (8, width, 2), Window(k, k, 1, 1, k // 2, k // 2)))
        problem = replace(problem, shapes=((8, width, 2), (8, width, 2)), names=("x", "y"))
        plan = make_plan(problem)
        gap = plan.offsets[0] - plan.offsets[1]
        if gap:
            assert_refused(replace(plan, offsets=(gap - 1, 0)))


def test_what_is_read_later_is_not_overwritten():
    tasks = (Task("lookup", (0,), 1, (4, 4, 2), in_place=(0,)),
             Task("add", (0, 1), 2, (4, 4, 2), in_place=(1,)))
    plan = make_plan(Problem(tasks, ((4, 4, 2),) * 3, (0,), (2,), ("x", "y", "z")),
                     Options(stages="single"))
    check_plan(plan)
    assert_refused(replace(plan, offsets=(0, 0, 32)), "after it was overwritten")


def test_an_in_place_that_is_not_allowed_is_found():
    problem = chain(("a", (8, 8, 2), Window()))
    free = replace(problem, tasks=(replace(problem.tasks[0], in_place=(0,)),))
    plan = make_plan(free)
    assert plan.offsets[0] == plan.offsets[1] and plan.arena_bytes == 8 * 8 * 2 + STATE_BYTES
    check_plan(plan)
    assert_refused(replace(plan, problem=problem), "a writes over its input, tensor 0")


def test_rings_in_one_place_are_found():
    plan = ringed()
    assert_refused(replace(plan, offsets=changed(plan.offsets, 2, plan.offsets[1])))


def test_a_stage_too_long_by_a_whole_read_is_found():
    plan = ringed()
    tasks = (*plan.problem.tasks[:2], replace(plan.problem.tasks[2], window=None))
    with pytest.raises((AssertionError, AttributeError)):
        check_plan(replace(plan, problem=replace(plan.problem, tasks=tasks)))


def test_the_firings_of_a_stage_are_each_pixel_once_in_order():
    plan = ringed()
    seen = {}
    for index, y, x in firings(plan, plan.stages[0]):
        assert (y, x) > seen.get(index, (-1, 0))
        seen[index] = (y, x)
    assert all(y == plan.problem.tasks[i].shape[0] - 1 for i, (y, _) in seen.items())


@given(width=st.integers(1, 200), most=st.integers(1, 300), bound=st.integers(1, 200))
def test_a_firing_takes_nothing_of_the_next_row(width, most, bound):
    take = Task("take", (), 0, (3, width, 2), most_block=bound)
    assert width % take.block(most, alone=True) == 0
    assert 1 <= take.block(most, alone=True) <= min(most, bound)
