# SPDX-License-Identifier: MIT
"""What is said of a net without weights and in milliseconds is so when it is compiled."""
from dataclasses import replace
from math import inf

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.random_problems import problems
from tests.search_nets import nets
from tests.test_search_net import quantised, thorough
from tinyml.errors import FitError
from tinyml.fit.timing import predicted_cycles
from tinyml.options import Options
from tinyml.pack import pack_graph
from tinyml.pipeline import compile_graph
from tinyml.plan import make_plan
from tinyml.plan.check import check_plan
from tinyml.plan.cores import cost_of, per_run
from tinyml.plan.cost import cycles
from tinyml.plan.layout import counted_by
from tinyml.plan.quick import Quick
from tinyml.search import finalists
from tinyml.search.feasible import Budget, feasible
from tinyml.search.finalists import packed_for
from tinyml.search.net import Block, Conv, Net
from tinyml.search.problem import problem_of
from tinyml.search.size import file_bytes, notes_bytes

SMALL = Net((20, 20, 1), (
    Conv("stem", (3, 3), (2, 2), 8), Block("block0", (3, 3), (1, 1), 24, 8, True),
    Block("block1", (5, 5), (2, 2), 32, 16, False), Block("block2", (3, 3), (1, 1), 48, 16, True)), 10)


@settings(thorough, max_examples=20)
@given(net=nets(), fed=st.booleans(), goal=st.sampled_from(("smallest", "fastest")))
def test_a_file_is_as_large_as_predicted(net, fed, goal):
    options = Options(goal=goal, feed_rows=fed, stages="recompute")
    packed = pack_graph(replace(quantised(net), name=""), options=options)
    assume(not packed.compiled.schedule.removed)
    predicted = file_bytes(net, fed, packed.compiled.plan)
    assert abs(predicted - len(packed.file)) <= 0.01 * len(packed.file)
    assert file_bytes(net, fed) <= predicted


@pytest.mark.parametrize("labels", [(), ("cat",), ("T-shirt/top", "trouser", "ankle boot")])
def test_names_and_labels_have_room(labels):
    plain = pack_graph(replace(quantised(SMALL), name="")).file
    packed = pack_graph(replace(quantised(SMALL), name="final/0123/7"), labels).file
    more = len(packed) - len(plain)
    assert more <= notes_bytes("final/0123/7", labels) <= more + 32


@settings(thorough, max_examples=20)
@given(net=nets(), core=st.sampled_from(("m0", "m4")), stages=st.sampled_from(("single", "recompute")),
       goal=st.sampled_from(("smallest", "fastest")))
def test_cycles_are_those_of_the_schedule(net, core, stages, goal):
    options = Options(goal=goal, stages=stages, core=core)
    compiled = compile_graph(quantised(net), options=options)
    assume(all(values.get("quick", 1) for _, values in compiled.schedule.steps))
    assert predicted_cycles(compiled.schedule, core) == pytest.approx(
        compiled.plan.cycles + per_run(core), abs=1)


@settings(thorough, max_examples=60)
@given(problem=problems(), part=st.floats(0.2, 1.1), spare=st.sampled_from((1, 1.3, 2, inf)))
def test_quick_plans_replay_and_keep_to_their_budget(problem, part, spare):
    ram = int(part * make_plan(problem, Options(stages="single")).arena_bytes)
    least = Quick(problem, ram, inf, cycles).least[0]
    plan = Quick(problem, ram, spare * least, cycles).plan()
    assume(plan)
    check_plan(plan)
    assert plan.arena_bytes <= ram and plan.cycles <= spare * least + 1
    assert make_plan(problem, Options(ram=ram)).arena_bytes <= ram


@settings(thorough, max_examples=20)
@given(net=nets(), fed=st.booleans(), part=st.floats(0.3, 1))
def test_a_feasible_net_has_a_plan_within_the_budget(net, fed, part):
    problem = problem_of(net, fed)
    ram = int(part * make_plan(problem, Options(stages="single")).arena_bytes)
    budget = Budget(ram=ram, core="m4", row_fed=fed)
    found = feasible(net, budget)
    assume(found)
    assert found.arena_bytes <= ram and found.products >= sum(t.products for t in problem.tasks)
    assert make_plan(problem, Options(ram=ram, feed_rows=fed)).arena_bytes <= ram
    plan = make_plan(problem, Options(ram=ram, core=budget.core, cycles=found.cycles + 1))
    assert plan.arena_bytes <= ram and plan.cycles + per_run(budget.core) <= found.cycles + 1
    for name, number in (("ram", found.arena_bytes), ("flash", found.file_bytes),
                         ("cycles", found.cycles)):
        again = feasible(net, replace(budget, **{name: number}))
        assert again is None or getattr(again, RESULTS[name]) <= number


RESULTS = {"ram": "arena_bytes", "flash": "file_bytes", "cycles": "cycles"}


def test_nothing_is_feasible_without_room():
    least = make_plan(problem_of(SMALL, True), Options(goal="smallest")).arena_bytes
    size = file_bytes(SMALL, True)
    assert feasible(SMALL, Budget(ram=least // 2)) is None
    assert feasible(SMALL, Budget(flash=size - 1)) is None
    assert feasible(SMALL, Budget(cycles=1000)) is None
    found = feasible(SMALL, Budget(ram=2 * least, flash=size + 500, cycles=10 ** 8))
    assert found and found.arena_bytes <= 2 * least


@pytest.mark.parametrize("percent", [100, 102, 110, 130, 200])
def test_what_the_planner_can_do_is_seldom_refused(percent):
    problem = problem_of(SMALL, True)
    ram = make_plan(problem, Options(goal="smallest")).arena_bytes * percent // 100
    plan = make_plan(problem, Options(ram=ram))
    with_planner = counted_by(cost_of("m0"), plan).cycles + per_run("m0")
    found = feasible(SMALL, Budget(ram=ram, cycles=int(1.02 * with_planner)))
    assert found or percent == 100


def test_what_is_feasible_is_packed_within_the_budget(monkeypatch):
    graph, labels = quantised(SMALL), tuple(map(str, range(SMALL.classes)))
    ram = make_plan(problem_of(SMALL, True), Options(goal="smallest")).arena_bytes * 11 // 10
    budget = Budget(ram, 16384, 10 ** 8)
    while found := feasible(SMALL, budget):
        tight, budget = budget, replace(budget, cycles=found.cycles - 1)
    packed = packed_for(graph, labels, tight)
    assert predicted_cycles(packed.compiled.schedule, tight.core) <= tight.cycles
    assert packed.compiled.schedule.arena_bytes <= ram and len(packed.file) <= tight.flash
    with pytest.raises(FitError, match="are allowed"):
        packed_for(graph, labels, replace(tight, cycles=tight.cycles // 2))
    with pytest.raises(FitError, match="bytes of file, the budget has 2000"):
        packed_for(graph, labels, replace(tight, flash=2000))
    monkeypatch.setattr(finalists, "predicted_cycles", lambda *_: tight.cycles + 1)
    with pytest.raises(FitError, match="cycles, the budget has"):
        packed_for(graph, labels, tight)


def test_a_core_that_nobody_measured_is_refused():
    with pytest.raises(KeyError):
        feasible(SMALL, Budget(core="z80"))


def test_a_budget_that_nobody_keeps_says_so():
    with pytest.raises(FitError):
        make_plan(problem_of(SMALL, True), Options(ram=200))
    assert feasible(SMALL, Budget(ram=200)) is None
