# SPDX-License-Identifier: MIT
"""Whether a net runs within a board's budget: the planner's answer, asked for in milliseconds."""
from dataclasses import dataclass

from tinyml.plan.cores import cost_of, per_run
from tinyml.plan.quick import Quick
from tinyml.search.net import Net
from tinyml.search.problem import problem_of
from tinyml.search.size import file_bytes

ANY = 1 << 62


@dataclass(frozen=True)
class Budget:
    """What a net may take; None: any. `ram`: bytes of the arena. `flash`: of the `.tml` file, of
    which names take `notes`. `cycles`: of one run on `core`, as fit/timing.py counts them.
    `row_fed`: the input is not held."""

    ram: int | None = None
    flash: int | None = None
    cycles: int | None = None
    core: str = "m0"
    row_fed: bool = True
    notes: int = 0


@dataclass(frozen=True)
class Feasible:
    """What a net takes. `products`: multiply-accumulates with those that are computed again."""

    arena_bytes: int
    file_bytes: int
    cycles: int
    products: int


def feasible(net: Net, budget: Budget) -> Feasible | None:
    """What a net takes if it keeps to the budget, else None. What is refused for the least work is
    asked first. The plan is one within the budget, not the best: `make_plan` finds others, within
    the same bytes, 10 % faster on average, and takes this one where they are too slow. Of 424 nets
    near the border for which it has one, 1 is refused here; none is let through for which it has
    none (`python3 -m tools.feasible`)."""
    ram, flash, cycles = (ANY if limit is None else limit
                          for limit in (budget.ram, budget.flash, budget.cycles))
    flash -= budget.notes
    if file_bytes(net, budget.row_fed) > flash:
        return None
    problem = problem_of(net, budget.row_fed)
    plan = Quick(problem, ram, cycles - per_run(budget.core), cost_of(budget.core)).plan()
    if plan is None:
        return None
    found = Feasible(plan.arena_bytes, file_bytes(net, budget.row_fed, plan),
                     round(plan.cycles + per_run(budget.core)), plan.products)
    return found if found.file_bytes <= flash else None
