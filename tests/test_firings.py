# SPDX-License-Identifier: MIT
"""The machine fires in the order of the plain rule in the planner's check: both say who goes next."""
import struct
from pathlib import Path

import pytest

from tinyml.native import Machine
from tinyml.pipeline import compile_model
from tinyml.plan import Options
from tinyml.plan.check import check_plan, firings
from tinyml.schedule import encode

FASHION = Path(__file__).resolve().parents[1] / "examples/fashion/fashion.tflite"
PROGRESS = struct.Struct("<IHH")        # tml_progress_t: where the step is, row, pixel
DONE, _, HUNGRY = range(3)


def fired_by_the_machine(compiled):
    """(task, row, pixel) of every firing, seen in the progress at the arena's end."""
    plan, arena = compiled.plan, bytearray(compiled.plan.arena_bytes)
    machine = Machine(encode(compiled.schedule), arena)
    machine.start()
    if not plan.problem.inputs:
        machine.offer(bytes(plan.problem.size(0)))
    for stage in plan.stages:
        tasks = plan.problem.tasks[stage.first:stage.last + 1]
        at, state = None, None
        while state != DONE:
            before = progress(arena, plan, len(tasks))
            if at not in (None, before[0][0]):
                break                           # the next stage has begun
            at, state = before[0][0], machine.step()
            assert state != HUNGRY
            after = progress(arena, plan, len(tasks))
            if state != DONE and after[0][0] == at:
                fired = [i for i, (old, new) in enumerate(zip(before, after)) if old != new]
            else:                               # the stage's last firing: of the task that is left
                fired = [i for i, task in enumerate(tasks) if before[i][1] < task.firing_rows]
            assert len(fired) == 1
            yield stage.first + fired[0], *before[fired[0]][1:]


def progress(arena, plan, count):
    """(where the step is, row, pixel) of the first steps of the stage."""
    begin = len(arena) - plan.state_bytes
    return [PROGRESS.unpack_from(arena, begin + PROGRESS.size * i) for i in range(count)]


@pytest.mark.parametrize("options", [
    Options(), Options(goal="smallest", max_extra=0), Options(goal="smallest"),
    Options(stages="patches"), Options(goal="smallest", feed_rows=True)],
    ids=["fastest", "rings", "recompute", "patches", "row-fed"])
def test_the_machine_fires_in_the_order_of_the_plain_rule(options):
    compiled = compile_model(FASHION.read_bytes(), "fashion", options=options)
    plan = compiled.plan
    check_plan(plan)
    wanted = [firing for stage in plan.stages for firing in firings(plan, stage)]
    assert list(fired_by_the_machine(compiled)) == wanted
