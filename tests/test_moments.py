# SPDX-License-Identifier: MIT
"""What the page says is in RAM: never more than the rings and the arena hold, and at the end the
outputs."""
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.random_nets import random_nets
from tests.small_schedules import LARGER
from tests.test_random_nets import KINDS, SINGLE, thorough
from tinyml.options import Options
from tinyml.page.moments import MOST, _Run, firing_counts, moments
from tinyml.page.plans import plan_view
from tinyml.pack import Packed, read_file
from tinyml.pipeline import compile_model
from tinyml.schedule import encode
from tinyml.turns import firing_order


def told(model, options):
    """A plan and its moments, after a look at what must hold of any."""
    compiled = compile_model(model, "net", options=options)
    plan, file = compiled.plan, encode(compiled.schedule)
    order = firing_order(file, compiled.schedule)
    assert firing_counts(plan, order) == [_Run(plan, i).count
                                          for i in range(len(plan.problem.tasks))]
    found = moments(plan, order)
    assert len(found) <= min(MOST, len(order)) and found[-1].time == 1
    for moment in found:
        assert 0 <= moment.bytes <= plan.arena_bytes - plan.state_bytes
        for tensor, begin, end in moment.held:
            pixels = prod(plan.problem.shapes[tensor][:2])
            assert 0 <= begin < end <= 1
            assert round((end - begin) * pixels) <= plan.pixels[tensor]
    assert {(tensor, 0, 1) for tensor in plan.problem.outputs} == set(found[-1].held)
    return Packed(file, compiled), found


@settings(thorough, max_examples=12)
@given(net=random_nets(), kinds=st.permutations(KINDS))
def test_no_moment_of_a_random_net_needs_more_than_there_is(net, kinds):
    for options in (SINGLE, *kinds[:3]):
        told(net.model, options)


@pytest.mark.parametrize("options", [SINGLE, *KINDS], ids=str)
def test_the_view_of_a_plan_is_the_plan(options):
    packed, found = told(read_file(LARGER), options)
    plan, view = packed.compiled.plan, plan_view("a", "A", "", packed)
    tasks = plan.problem.tasks
    assert view.moments == (found if view.sheets else ())
    assert [row.number for row in view.rows] == list(range(len(tasks)))
    assert sum(row.cycles for row in view.rows) == view.cycles >= plan.cycles
    assert sum(row.products for row in view.rows) == plan.products
    assert sum(row.weights for row in view.rows) <= len(packed.compiled.schedule.data)
    assert any(row.again for row in view.rows) == any(task.high for task in tasks)
    spans = [(group.first, group.last) for group in view.groups]
    assert [i for first, last in spans for i in range(first, last + 1)] == list(range(len(tasks)))
    assert view.stages == sum(stage.first < stage.last for stage in plan.stages)
    assert sum(place.size for place in view.places) == sum(
        buffer.size for buffer in plan.buffers) + plan.state_bytes
    assert max(place.offset + place.size for place in view.places) <= plan.arena_bytes
    for sheet in view.sheets:
        assert sheet.first <= max(sheet.op, 0) <= sheet.last
        alive = [moment.op for moment in view.moments
                 if any(tensor == sheet.tensor for tensor, _, _ in moment.held)]
        assert all(sheet.first <= op <= sheet.last for op in alive)


def test_a_run_in_too_many_tiles_is_not_drawn(monkeypatch):
    monkeypatch.setattr("tinyml.page.plans.MOST_SHEETS", 10)
    packed, _ = told(read_file(LARGER), Options(stages="patches", goal="smallest"))
    view = plan_view("a", "A", "", packed)
    assert view.sheets == () and view.moments == () and len(view.rows) > 10
