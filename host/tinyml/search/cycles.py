# SPDX-License-Identifier: MIT
"""Cycles of a run on a core, by the costs that `tinyml fit` reckons with, without weights: sums are
taken to be small enough for the quicker ways of the kernels."""
from dataclasses import replace
from functools import cache, lru_cache
from math import prod

from tinyml.fit.timing import MACHINE, Work, counted, cycles_of, read_costs
from tinyml.plan import POINT, Plan, Task
from tinyml.plan.cost import Cost
from tinyml.search.size import kind_of

REMEMBERED = 1 << 16            # works, which recur from net to net


def plan_cycles(plan: Plan, core: str) -> int:
    """Of one run, as fit/timing.py counts those of the schedule."""
    cost = cost_of(core)
    return round(per_run(core) + sum(
        cost(_with_fill(task, plan), task.block(stage.block, alone), alone)
        for stage in plan.stages for alone in [stage.first == stage.last]
        for task in plan.problem.tasks[stage.first:stage.last + 1]))


def _with_fill(task: Task, plan: Plan) -> Task:
    """The task as it is counted: of a stack also the rows outside the image."""
    if kind_of(task) != "conv2d_stack":
        return task
    return replace(task, products=prod(task.shape) * plan.problem.shapes[task.reads[0]][2])


def per_run(core: str) -> float:
    """What a run costs besides its firings."""
    return read_costs()[core][MACHINE]["runs"]


@cache
def cost_of(core: str) -> Cost:
    """The cost of a task on a core, the machine's part included."""
    costs = read_costs()[core]

    @lru_cache(REMEMBERED)
    def cost(kind, shape, products, window, block, crosses, rows) -> float:
        does = counted(Work(kind, shape, products, (window.height, window.width), block, crosses,
                            rows))
        return cycles_of(costs, kind, does) + costs[MACHINE]["firings"] * does["firings"]

    def of_task(task: Task, block: int, alone: bool) -> float:
        return cost(kind_of(task), task.shape, task.products, task.window or POINT, block,
                    alone or block > task.shape[1], task.rows)
    return of_task
