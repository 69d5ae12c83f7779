# SPDX-License-Identifier: MIT
"""Placements are sound and small, plans replay, and the checker of plans can fail."""
from dataclasses import replace
from itertools import permutations
from math import prod
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml.plan import Task, make_plan
from tinyml.plan.buffers import Buffer, live_bytes
from tinyml.plan.check import check_plan
from tinyml.plan.place import place


@st.composite
def some_buffers(draw, most):
    """Buffers, most of them short-lived, some with an alignment of their own."""
    def buffer(number):
        first = draw(st.integers(0, 8))
        return Buffer(str(number), draw(st.integers(1, 40)), first,
                      first + draw(st.integers(0, 4)), draw(st.sampled_from([4, 4, 4, 16])))
    return tuple(buffer(number) for number in range(draw(st.integers(0, most))))


def assert_sound(buffers, placement):
    """No two buffers share a byte at a time; everything is aligned and inside the arena."""
    pairs = list(zip(buffers, placement.offsets, strict=True))
    for number, (buffer, offset) in enumerate(pairs):
        assert offset >= 0 and offset % buffer.align == 0
        assert offset + buffer.size <= placement.arena_bytes
        for other, place_of_other in pairs[:number]:
            together = not (buffer.last < other.first or other.last < buffer.first)
            apart = (offset + buffer.size <= place_of_other
                     or place_of_other + other.size <= offset)
            assert apart or not together, (buffer, other)


def smallest(buffers):
    """The smallest arena there is. In the best placement, sorted by offset, every buffer can be
    let down until it rests on those below it; so some order of resting gives that arena."""
    def arena(order):
        tops = []               # (buffer, where it ends)
        for b in order:
            rest = max((top for other, top in tops
                        if b.first <= other.last and other.first <= b.last), default=0)
            tops.append((b, -(-rest // b.align) * b.align + b.size))
        return max((top for _, top in tops), default=0)
    return min(map(arena, permutations(buffers)))


@settings(max_examples=150, deadline=None)
@given(some_buffers(most=20))
def test_a_placement_is_sound_also_where_the_search_gives_up(buffers):
    with patch("tinyml.plan.place.MOST_NODES", 300):
        placement = place(buffers)
    assert_sound(buffers, placement)
    assert placement.arena_bytes >= live_bytes(buffers)


@settings(max_examples=150, deadline=None)
@given(some_buffers(most=6))
def test_few_buffers_are_placed_in_the_smallest_arena(buffers):
    placement = place(buffers)
    assert placement.proven and placement == place(buffers)
    assert placement.arena_bytes == smallest(buffers)


def test_where_first_fit_fails_the_search_finds_the_smallest_arena():
    buffers = tuple(Buffer(str(of), *of) for of in (
        (20, 4, 5), (16, 0, 1), (8, 2, 2), (20, 5, 5), (12, 1, 2), (16, 1, 4)))
    with patch("tinyml.plan.place.MOST_NODES", 1), patch("tinyml.plan.place.TRIES", 0):
        assert place(buffers).arena_bytes == 48
    assert place(buffers).arena_bytes == smallest(buffers) == 44


def test_live_bytes_are_those_of_the_fullest_moment():
    buffers = (Buffer("a", 10, 0, 1), Buffer("b", 20, 1, 2), Buffer("c", 15, 2, 3))
    assert live_bytes(buffers) == 35
    assert live_bytes(()) == 0


@st.composite
def task_graphs(draw):
    """(tasks, shapes, inputs, outputs): any reads, in place where sizes allow, some reshapes."""
    sides = st.integers(1, 4)
    inputs = tuple(range(draw(st.integers(1, 2))))
    shapes = [draw(st.tuples(sides, sides, sides)) for _ in inputs]
    tasks = []
    for number in range(draw(st.integers(1, 12))):
        known = len(shapes)
        reads = tuple(draw(st.lists(st.integers(max(0, known - 4), known - 1), min_size=1,
                                    max_size=3)))
        kind = draw(st.sampled_from(["new", "in place", "keeps"]))
        shapes.append(shapes[reads[0]] if kind != "new" else draw(st.tuples(sides, sides, sides)))
        if kind == "keeps":
            tasks.append(Task(f"task {number}", reads[:1], known, keeps=True))
        else:
            over = reads if kind == "in place" and draw(st.booleans()) else reads[:1]
            tasks.append(Task(f"task {number}", reads, known, over if kind == "in place" else ()))
    outputs = draw(st.lists(st.integers(0, len(shapes) - 1), min_size=1, max_size=3, unique=True))
    return tuple(tasks), tuple(shapes), inputs, tuple(outputs)


@settings(max_examples=250, deadline=None)
@given(task_graphs())
def test_plans_of_any_graph_replay(graph):
    tasks, shapes, inputs, outputs = graph
    with patch("tinyml.plan.place.MOST_NODES", 300):
        plan = make_plan(*graph)
    check_plan(*graph, plan.offsets, plan.arena_bytes)
    for buffer, offset in zip(plan.buffers, plan.buffer_offsets, strict=True):
        assert offset + buffer.size <= plan.arena_bytes
    assert plan.arena_bytes >= max(map(prod, shapes))


# A chain: 0 -> 1 -> 2 -> 3. Task "relu" may write in the place of what it reads.
CHAIN = (Task("conv", (0,), 1), Task("relu", (1,), 2, may_overwrite=(1,)), Task("pool", (2,), 3))
SHAPES = ((4, 4, 1), (4, 4, 2), (4, 4, 2), (2, 2, 2))
ENDS = ((0,), (3,))


def test_a_task_that_may_works_in_place():
    plan = make_plan(CHAIN, SHAPES, *ENDS)
    assert plan.offsets[1] == plan.offsets[2]
    assert plan.arena_bytes == 16 + 32


def test_a_reshape_costs_nothing():
    tasks = (Task("conv", (0,), 1), Task("reshape", (1,), 2, keeps=True), Task("fc", (2,), 3))
    plan = make_plan(tasks, ((4, 4, 1), (4, 4, 2), (1, 1, 32), (1, 1, 4)), *ENDS)
    assert plan.offsets[1] == plan.offsets[2]
    assert plan.arena_bytes == 16 + 32


def test_a_task_does_not_overwrite_what_it_also_reads_under_another_name():
    tasks = (Task("reshape", (0,), 1, keeps=True), Task("add", (0, 1), 2, may_overwrite=(0,)))
    plan = make_plan(tasks, ((2, 2, 2),) * 3, (0,), (2,))
    assert plan.offsets[2] != plan.offsets[0] == plan.offsets[1]


def test_what_is_read_later_is_not_overwritten():
    tasks = (*CHAIN[:2], Task("add", (1, 2), 3))
    plan = make_plan(tasks, (*SHAPES[:3], (4, 4, 2)), *ENDS)
    assert plan.offsets[1] != plan.offsets[2]


def assert_refused(offsets, words, tasks=CHAIN, arena_bytes=48):
    with pytest.raises(AssertionError, match=words):
        check_plan(tasks, SHAPES, *ENDS, offsets, arena_bytes)


def test_the_checker_takes_a_sound_plan_made_by_hand():
    check_plan(CHAIN, SHAPES, *ENDS, (32, 0, 0, 32), 48)


@pytest.mark.parametrize("tensor", range(4))
def test_a_shifted_offset_is_found(tensor):
    offsets = list((32, 0, 0, 32))
    offsets[tensor] += 1 if tensor in (1, 2) else 16
    with pytest.raises(AssertionError):
        check_plan(CHAIN, SHAPES, *ENDS, offsets, 48)


def test_a_tensor_outside_the_arena_is_found():
    assert_refused((32, 0, 0, 32), "leaves the arena", arena_bytes=47)
    assert_refused((32, 0, 0, -4), "leaves the arena")


def test_an_in_place_that_is_not_allowed_is_found():
    forbidden = (CHAIN[0], replace(CHAIN[1], may_overwrite=()), CHAIN[2])
    assert_refused((32, 0, 0, 32), "relu writes over its input, tensor 1", tasks=forbidden)


def test_an_in_place_half_shifted_is_found():
    assert_refused((32, 0, 4, 36), "relu writes over its input, tensor 1")


def test_an_overlapping_lifetime_is_found():
    tasks = (*CHAIN[:2], Task("pool", (0,), 3))     # the input is still wanted at the end
    assert_refused((0, 48, 0, 80), "pool reads tensor 0 after it was overwritten", tasks=tasks,
                   arena_bytes=88)


def test_an_output_overwritten_before_the_end_is_found():
    with pytest.raises(AssertionError, match="the caller reads tensor 1 after"):
        check_plan(CHAIN, SHAPES, (0,), (1, 3), (32, 0, 0, 32), 48)


def test_a_reshape_that_moves_is_found():
    tasks = (CHAIN[0], Task("reshape", (1,), 2, keeps=True), CHAIN[2])
    assert_refused((0, 16, 48, 0), "reshape moves its bytes", tasks=tasks, arena_bytes=80)
