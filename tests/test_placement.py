# SPDX-License-Identifier: MIT
"""Placements of buffers of which some may overlap by a computed distance."""
from dataclasses import replace
from itertools import permutations
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml.plan.buffers import Buffer, Placement, check_placement, live_bytes
from tinyml.plan.place import place

A, B = Buffer("a", 10, 0, 1), Buffer("b", 20, 1, 2)


@st.composite
def problems(draw, most):
    """(buffers, gaps): some pairs may overlap, in one order or both, by any distance."""
    def buffer(number):
        first = draw(st.integers(0, 5))
        return Buffer(str(number), draw(st.integers(1, 40)), first,
                      first + draw(st.integers(0, 3)), draw(st.sampled_from([1, 1, 1, 4, 16])))
    buffers = tuple(buffer(number) for number in range(draw(st.integers(0, most))))
    numbers = st.integers(0, max(0, len(buffers) - 1))
    pairs = draw(st.lists(st.tuples(numbers, numbers), max_size=len(buffers)))
    return buffers, {(low, high): draw(st.integers(0, buffers[low].size + 4))
                     for low, high in pairs if low != high}


def chain(seed, stages, rings):
    """Stages that each write a whole tensor below the one they read, beside rings of rows."""
    random = Random(seed)
    wholes = [random.randint(2000, 20000) for _ in range(stages + 1)]
    buffers = [Buffer(f"whole {k}", size, 2 * max(0, k - 1), 2 * min(k, stages - 1) + 1)
               for k, size in enumerate(wholes)]
    gaps = {(k + 1, k): int(wholes[k + 1] * random.uniform(0.05, 1)) for k in range(stages)}
    for k in range(stages):
        for _ in range(random.randint(2, rings)):
            begin, end = random.choice([(0, 0), (1, 1), (0, 1), (0, 1)])
            buffers.append(Buffer("ring", random.randint(1, 2 * wholes[k] // rings),
                                  2 * k + begin, 2 * k + end))
    return tuple(buffers), gaps


def smallest(buffers, gaps):
    """The smallest arena there is: by rising offset, each buffer rests on those below it."""
    def arena(order):
        offsets = {}
        for i in order:
            rest = max((at + gaps.get((j, i), buffers[j].size) for j, at in offsets.items()
                        if buffers[i].meets(buffers[j])), default=0)
            offsets[i] = -(-rest // buffers[i].align) * buffers[i].align
        return max((at + buffers[i].size for i, at in offsets.items()), default=0)
    return min(map(arena, permutations(range(len(buffers)))))


@settings(max_examples=150, deadline=None)
@given(problems(most=20))
def test_a_placement_is_sound_also_where_the_search_gives_up(problem):
    with patch("tinyml.plan.place.MOST_NODES", 300), patch("tinyml.plan.place.TRIES", 1):
        placement = check_placement(*problem, place(*problem))
    assert placement.arena_bytes >= live_bytes(*problem)


@settings(max_examples=300, deadline=None)
@given(problems(most=6))
def test_few_buffers_are_placed_in_the_smallest_arena(problem):
    placement = check_placement(*problem, place(*problem))
    assert placement.arena_bytes == smallest(*problem)
    assert placement.proven


@settings(max_examples=100, deadline=None)
@given(problems(most=6))
def test_the_search_alone_finds_the_smallest_arena(problem):
    with patch("tinyml.plan.place.TRIES", 0):
        placement = check_placement(*problem, place(*problem))
    assert placement.arena_bytes == smallest(*problem)


@settings(max_examples=200, deadline=None)
@given(problems(most=5))
def test_the_bound_is_never_above_the_smallest_arena(problem):
    assert live_bytes(*problem) <= smallest(*problem)


@settings(max_examples=30, deadline=None)
@given(problems(most=20))
def test_a_placement_is_the_same_each_time(problem):
    with patch("tinyml.plan.place.MOST_NODES", 300), patch("tinyml.plan.place.TRIES", 2):
        assert place(*problem) == place(*problem)


@pytest.mark.parametrize("seed", range(6))
def test_chains_of_stages_come_near_the_bound(seed):
    problem = chain(seed, 15, 8)
    placement = check_placement(*problem, place(*problem))
    assert placement.arena_bytes <= 1.01 * live_bytes(*problem)
    assert placement.proven == (placement.arena_bytes == live_bytes(*problem))


def test_a_target_stops_early():
    problem = chain(3, 15, 8)
    best = place(*problem)
    enough = place(*problem, target=2 * best.arena_bytes)
    with patch("tinyml.plan.place.TRIES", 0):       # first fit alone is enough
        assert place(*problem, target=2 * best.arena_bytes) == enough
    assert best.arena_bytes < enough.arena_bytes <= 2 * best.arena_bytes
    assert not enough.proven
    assert place(*problem, target=0) == best == place(*problem, target=best.arena_bytes)


def test_an_output_lies_below_the_input_that_it_overwrites():
    assert place((A, B)).arena_bytes == 30
    assert place((A, B), {(1, 0): 12}) == Placement((12, 0), 22, True)
    assert place((A, B), {(1, 0): 3}) == Placement((3, 0), 20, True)
    assert place((A, B), {(0, 1): 0}) == Placement((0, 0), 20, True)


def test_offsets_need_no_alignment_but_may_ask_for_it():
    buffers = Buffer("a", 3, 0, 0), Buffer("b", 5, 0, 0)
    assert place(buffers).arena_bytes == 8
    assert place(tuple(replace(b, align=4) for b in buffers)).arena_bytes == 9


def test_the_bound_counts_shared_bytes_once():
    assert live_bytes((A, B), {(1, 0): 12}) == 22
    assert live_bytes((A, B), {(1, 0): 12, (0, 1): 1}) == 21
    assert live_bytes((A, B), {(1, 0): 50}) == live_bytes((A, B)) == 30
    two_inputs = A, replace(B, first=0), replace(A, name="c")
    assert live_bytes(two_inputs, {(1, 0): 0, (1, 2): 0}) == 20
    small_output = replace(A, last=2), replace(B, size=10), replace(A, last=1)
    assert live_bytes(small_output, {(1, 0): 0, (1, 2): 0}) == 20   # the inputs are apart


@pytest.mark.parametrize("offsets, arena_bytes, gaps, words", [
    ((0, 9), 29, {}, "b and a come too close"),
    ((11, 0), 21, {(1, 0): 12}, "b and a come too close"),
    ((0, 12), 32, {(0, 1): 13, (1, 0): 30}, "b and a come too close"),
    ((0, 10), 29, {}, "b leaves the arena"),
    ((-1, 10), 30, {}, "a leaves the arena"),
    ((0,), 30, {}, "not one offset"),
])
def test_a_bad_placement_is_found(offsets, arena_bytes, gaps, words):
    with pytest.raises(AssertionError, match=words):
        check_placement((A, B), gaps, Placement(offsets, arena_bytes, False))


def test_a_misaligned_offset_is_found():
    with pytest.raises(AssertionError, match="a is not aligned to 4"):
        check_placement((replace(A, align=4),), {}, Placement((2,), 12, False))
