# SPDX-License-Identifier: MIT
"""Plans are fast on the core that they are for, and keep to its cycles."""
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.random_problems import problems
from tests.test_plan import assert_sound, thorough
from tinyml.errors import FitError
from tinyml.options import Options
from tinyml.plan import make_plan
from tinyml.plan.cores import cost_of, per_run, read_costs
from tinyml.plan.layout import counted_by


@settings(thorough, max_examples=15)
@given(problem=problems(), core=st.sampled_from(sorted(read_costs())), part=st.floats(0.3, 1.1))
def test_a_plan_for_a_core_is_the_faster_one_there(problem, core, part):
    ram = int(part * make_plan(problem, Options(stages="single")).arena_bytes)
    options = Options(ram=ram, core=core, max_extra=0)
    least = make_plan(problem, replace(options, ram=None, goal="smallest")).arena_bytes
    assume(least <= ram)
    plan, other = make_plan(problem, options), make_plan(problem, replace(options, core=None))
    assert_sound(plan)
    assert plan.cycles == counted_by(cost_of(core), plan).cycles
    assert plan.cycles <= counted_by(cost_of(core), other).cycles


@settings(thorough, max_examples=15)
@given(problem=problems(), core=st.sampled_from(sorted(read_costs())), part=st.floats(0.7, 1.1))
def test_a_plan_keeps_to_its_cycles_or_there_is_none(problem, core, part):
    usual = make_plan(problem, Options(core=core)).cycles + per_run(core)
    cycles = int(part * usual)
    try:
        plan = make_plan(problem, Options(core=core, cycles=cycles))
    except FitError as error:
        assert part <= 1 and f"{cycles} are allowed" in str(error)
        return
    assert plan.cycles + per_run(core) <= cycles
    assert_sound(plan)
