# SPDX-License-Identifier: MIT
"""How long the planner takes to say yes or no to a net of the search, how often it says no where
it could say yes, and whether what it says yes to is packed within the budget.

    python3 -m tools.feasible [--nets N] [--judged N]

Nets are drawn from all parts of the space `images` (channels and inputs of any scale), and near the
border: from those that have room in flash and could be fast enough. These are also given to
`make_plan`, which takes its time: within the cycles of the budget, and within the fewest for which
the answer is yes.
"""
import argparse
from dataclasses import replace
from itertools import product
from random import Random
from time import process_time

from tinyml.errors import FitError
from tinyml.options import Options
from tinyml.plan import make_plan
from tinyml.plan.cores import cost_of
from tinyml.plan.quick import Quick
from tinyml.search.feasible import Budget, feasible
from tinyml.search.net import Net
from tinyml.search.problem import problem_of
from tinyml.search.size import file_bytes
from tinyml.search.space_file import load_space

BUDGET = Budget(ram=2048, flash=16384, cycles=3_200_000)
SHAPE, CLASSES = (28, 28, 1), 10
LESS = .98                      # of the cycles of a yes, the next time


def drawn(count: int, seed: int) -> list[Net]:
    """Nets of each part of the space in turn."""
    space, rng = load_space("images"), Random(seed)
    parts = [space.narrowed(*part)
             for part in product(range(len(space.layouts)), space.scales, space.inputs)]
    return [part.net(part.sample(rng), SHAPE, CLASSES)
            for part in (parts[number % len(parts)] for number in range(count))]


def is_near(net: Net) -> bool:
    """Whether only the planner can say."""
    if file_bytes(net, BUDGET.row_fed) > BUDGET.flash:
        return False
    quick = Quick(problem_of(net, BUDGET.row_fed), BUDGET.ram, BUDGET.cycles, cost_of(BUDGET.core))
    return quick.least[0] <= BUDGET.cycles


def timed(title: str, nets: list[Net]) -> list:
    """What was found of each; prints how long that took."""
    start = process_time()
    found = [feasible(net, BUDGET) for net in nets]
    each = 1000 * (process_time() - start) / max(len(nets), 1)
    print(f"{title}: {len(nets)} nets, {sum(map(bool, found))} feasible, {each:.2f} ms each")
    return found


def is_planned(net: Net, budget: Budget) -> bool:
    """Whether a finalist would be packed within the budget, but for what its weights have to say."""
    options = Options(ram=budget.ram, core=budget.core, cycles=budget.cycles)
    try:
        make_plan(problem_of(net, budget.row_fed), options)
    except FitError:
        return False
    return True


def tightest(net: Net) -> Budget:
    """With about the fewest cycles that the answer is yes for."""
    kept, budget = BUDGET, BUDGET
    while found := feasible(net, budget):
        kept, budget = (replace(budget, cycles=int(part * found.cycles)) for part in (1, LESS))
    return kept


def main() -> None:
    """Prints all figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nets", type=int, default=10_000)
    parser.add_argument("--judged", type=int, default=0)
    words = parser.parse_args()
    nets = drawn(words.nets, 1)
    timed("any", nets)
    near = list(filter(is_near, nets))
    found = timed("near the border", near)[:words.judged]
    could = [is_planned(net, BUDGET) for net in near[:words.judged]]
    print(f"make_plan: {sum(could)} of {len(could)} within the budget; refused all the same: "
          f"{sum(yes and not one for yes, one in zip(could, found))}; "
          f"yes without a plan: {sum(bool(one) and not yes for yes, one in zip(could, found))}")
    tight = [is_planned(net, tightest(net)) for net, one in zip(near, found) if one]
    print(f"within the fewest cycles of a yes: {len(tight)} nets, {tight.count(False)} without a plan")


if __name__ == "__main__":
    main()
