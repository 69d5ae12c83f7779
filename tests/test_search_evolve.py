# SPDX-License-Identifier: MIT
"""Choice of a space, evolution and controls: the same wherever they run and whenever they are cut.

A function of the net stands for the planner, and another for the supernet."""
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search_standins import merit, small_enough
from tests.search_tasks import TOKEN
from tinyml.errors import FitError, SearchError
from tinyml.search.choose import FLOOR, LARGEST, choose
from tinyml.search.controls import _family, by_chance, hand_scaled
from tinyml.search.evolve import Pace, evolve, hopeful
from tinyml.search.executor import make_executor
from tinyml.search.feasible import Budget, feasible
from tinyml.search.goal import Goal
from tinyml.search.journal import Journal
from tinyml.search.space_file import load_space

GOAL = Goal(load_space("images").narrowed(0, 0.5, 0.75), (28, 28, 1), 10, small_enough)
MOTION = Goal(load_space("sequences").narrowed(0, 0.5, 1.0), (100, 1, 6), 4, small_enough)
PATHS = os.pathsep.join(sys.path)
PACE = Pace(population=12, generations=4)


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.jsonl") as opened:
        yield opened


@pytest.fixture
def here():
    return make_executor("here")


def searched(executor, journal, goal=GOAL, seed=0):
    """Everything that a search tells, to be compared."""
    best = evolve(goal, partial(executor.each, merit), executor, journal, seed, PACE)
    return best, by_chance(goal, executor, journal, 3, seed)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A search that nothing disturbed, and its journal."""
    path = tmp_path_factory.mktemp("whole") / "journal.jsonl"
    with Journal(path) as journal:
        return searched(make_executor("here"), journal), path.read_bytes()


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wherever_a_search_is_cut_it_ends_the_same(data, whole, tmp_path):
    results, written = whole
    path = tmp_path / "journal.jsonl"
    path.write_bytes(written[:data.draw(st.integers(0, len(written)))])
    with Journal(path) as journal:
        assert searched(make_executor("here"), journal) == results
    assert path.read_bytes() == written


class Idle:
    """An executor that must not be asked."""

    def map(self, *_):
        raise AssertionError

    each = map


def test_what_is_known_is_not_asked_again(whole, tmp_path):
    results, written = whole
    path = tmp_path / "journal.jsonl"
    path.write_bytes(written)
    with Journal(path) as journal:
        assert searched(Idle(), journal) == results


@pytest.mark.parametrize("workers", [1, 3])
def test_a_search_is_the_same_with_any_number_of_workers(workers, whole, tmp_path):
    with make_executor("local", workers) as executor, Journal(tmp_path / "journal.jsonl") as journal:
        assert searched(executor, journal) == whole[0]


def test_a_search_is_the_same_on_ray(whole, journal, monkeypatch):
    pytest.importorskip("ray", reason="no Ray")
    monkeypatch.setenv("RAY_AUTH_TOKEN", TOKEN)
    with make_executor("ray", 2) as executor:
        assert searched(executor, journal) == whole[0]


KILLED = """
import os, sys
from tests.test_search_evolve import *

class Deadly(Journal):
    def append(self, record):
        if len(self.records()) == int(sys.argv[2]):
            os.kill(os.getpid(), 9)
        return super().append(record)

if __name__ == "__main__":
    with make_executor("local", 2) as executor, Deadly(sys.argv[1]) as journal:
        searched(executor, journal)
"""


def test_a_search_that_is_killed_goes_on(whole, tmp_path):
    """Whatever it is at, with its workers at work."""
    results, written = whole
    path, script = tmp_path / "journal.jsonl", tmp_path / "killed.py"
    script.write_text(KILLED)
    for alive in (20, 10**9):
        done = subprocess.run([sys.executable, script, path, str(alive)], text=True, capture_output=True,
                              env=os.environ | {"PYTHONPATH": PATHS})
        assert done.returncode == (0 if alive > 20 else -9), done.stderr
    with Journal(path) as journal:
        assert searched(Idle(), journal) == results


@pytest.mark.parametrize("goal", [GOAL, MOTION], ids=["images", "sequences"])
def test_evolution_finds_better_nets_that_fit_and_each_once(goal, here, journal):
    bests = []

    def watch(generation, people):
        bests.append(people[0].score)
        assert generation == len(bests) - 1

    people = evolve(goal, partial(here.each, merit), here, journal, pace=PACE, watch=watch)
    assert bests == sorted(bests) and len(bests) == PACE.generations + 1
    assert bests[-1] > bests[0] and people[0].score == bests[-1]
    assert [one.rank for one in people] == sorted(one.rank for one in people)
    assert len({one.found.key for one in people}) == len(people) == 12 + 4 * 6
    for one in people:
        assert one.found.net == goal.net(goal.space.require(one.found.origin))
        assert one.found.takes == small_enough(one.found.net)
        assert one.score == merit(one.found.net)


def test_half_of_what_is_tried_scores_best_and_half_does_most(here, journal):
    people = evolve(GOAL, partial(here.each, merit), here, journal, pace=PACE)
    chosen, others = hopeful(people, 7), [one for one in people if one not in hopeful(people, 7)]
    assert chosen[:4] == people[:4] and len(set(one.found.key for one in chosen)) == 7
    least = min(one.found.net.products for one in chosen[4:])
    assert others and all(one.found.net.products <= least for one in others)
    assert hopeful(people, 1) == people[:1] and len(hopeful(people, 999)) == len(people)


def test_other_seeds_find_other_nets(here, journal):
    first, second = (searched(here, journal, seed=seed) for seed in (0, 1))
    assert first[0] != second[0] and first[1] != second[1]


def test_a_space_with_few_nets_ends_and_one_with_none_is_told(here, journal):
    space = GOAL.space
    stages = tuple(replace(stage, depths=(1,), widths=(1.0,), skips=(True,)) for stage in space.stages)
    kinds = replace(space.early, kernels=(3,), expansions=(1,))
    space = replace(space, stages=stages, early=kinds, late=kinds)
    goal, score = replace(GOAL, space=space), partial(here.each, merit)
    assert len(evolve(goal, score, here, journal, pace=PACE)) == len(space.stem.widths)
    nothing = replace(goal, feasible=partial(small_enough, most=1))
    with pytest.raises(FitError, match="no net of space `images` was found that fits"):
        evolve(nothing, score, here, journal, seed=1, pace=PACE)
    assert by_chance(nothing, here, journal, 3) == []


def test_a_journal_of_other_nets_is_refused(here, journal):
    evolve(GOAL, partial(here.each, merit), here, journal, pace=PACE)
    other = replace(GOAL, classes=11)
    with pytest.raises(SearchError, match="`evolve/0/1` is of other nets"):
        evolve(other, partial(here.each, merit), here, journal, pace=PACE)


def test_the_planner_of_a_board_is_asked(here, journal):
    budget = Budget(ram=3000, flash=20_000, cycles=4_000_000, core="m0")
    goal = replace(GOAL, feasible=partial(feasible, budget=budget))
    people = evolve(goal, partial(here.each, merit), here, journal, pace=Pace(6, 1))
    assert len(people) == 9
    for takes in (one.found.takes for one in people):
        assert takes.arena_bytes <= 3000 and takes.file_bytes <= 20_000 and takes.cycles <= 4_000_000


def test_controls_are_nets_of_the_budget(here, journal, monkeypatch):
    monkeypatch.setattr("tinyml.search.controls.WIDTHS", (0.1, 0.15, 0.2, 0.35))
    controls = hand_scaled(GOAL, here, journal)
    assert hand_scaled(GOAL, Idle(), journal) == controls
    assert len({one.origin for one in controls}) == len(controls) > 6
    assert [one.net.products for one in controls] == sorted(
        (one.net.products for one in controls), reverse=True)
    chance = by_chance(GOAL, here, journal, 5)
    assert len({one.key for one in chance}) == 5
    for one in controls + chance:
        assert one.takes == small_enough(one.net)
    motion = hand_scaled(MOTION, here, Journal(journal.path.with_name("motion.jsonl")))
    assert motion and all(layer.shape[1] == 1 for one in motion for layer in one.net.layers)


def test_mobilenet_v2_is_itself():
    """300 million products and 3.4 million weights, as published for 224 pixels and 1000 classes."""
    goal = Goal(load_space("images"), (224, 224, 3), 1000, small_enough)
    nets = dict(_family(goal, "full", "own"))
    net = nets["MobileNetV2 full own 1.00, 224x224, head"]
    assert net.products == 300_774_272
    assert sum(layer.weights for layer in net.layers) == 3_469_760


def test_the_part_with_most_work_that_fits_often_is_chosen(here, journal):
    goal = replace(GOAL, space=load_space("images"))
    parts = choose(goal, here, journal, samples=60)
    assert len(parts) == len(goal.space.layouts) * len(goal.space.scales) * len(goal.space.inputs)
    best = parts[0]
    assert best.fits >= FLOOR and best.largest <= LARGEST * best.most
    likely = [part for part in parts if part.fits >= FLOOR and part.largest <= LARGEST * part.most]
    assert best.mean == max(part.mean for part in likely)
    assert all(part.mean <= part.most <= 400_000 for part in parts)
    space = best.of(goal.space)
    assert space.layouts == (goal.space.layouts[best.layout],)
    assert space.inputs == (best.share,) and space.net(
        space.largest(), goal.shape, goal.classes).products == best.largest


def test_where_little_fits_the_part_where_most_does_is_chosen(here, journal):
    goal = replace(GOAL, space=load_space("images"), feasible=partial(small_enough, most=22_000))
    parts = choose(goal, here, journal, samples=60)
    assert 0 < parts[0].fits < FLOOR and parts[0].fits == max(part.fits for part in parts)
    with pytest.raises(FitError, match="no net of space `images` was found"):
        choose(replace(goal, feasible=partial(small_enough, most=1)), here, journal, seed=1, samples=60)
