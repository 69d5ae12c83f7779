# SPDX-License-Identifier: MIT
"""Which part of a space to search: a layout, a scale of all channels, and a size of the input.

As TinyNAS does it (arXiv 2007.10319): of two parts, good nets are likelier in the one whose
feasible nets do more products. A part of which hardly anything is feasible is no place to search,
however large that little is; nor one whose largest net, which a supernet has to train, is far
beyond anything that fits.
"""
from dataclasses import asdict, dataclass, replace
from random import Random

from tinyml.errors import FitError
from tinyml.search.executor import Executor
from tinyml.search.goal import Goal
from tinyml.search.journal import Journal
from tinyml.search.keys import seed_of
from tinyml.search.space import Space

SAMPLES = 200                   # nets of each part
FIRST = 50                      # if none of so many is feasible, the others aren't asked about
FLOOR = 0.1                     # share that must be feasible
LARGEST = 4.0                   # most products of the largest net, for one of the largest that fits


@dataclass(frozen=True)
class Part:
    """`fits`: the share of nets that are feasible. Their products: the `mean`, `most`, and what
    four of five have at most. `largest`: products of the part's largest net."""

    layout: int
    scale: float
    share: float
    fits: float
    mean: float
    four_of_five: int
    most: int
    largest: int

    def of(self, space: Space) -> Space:
        """The part of a space that it tells about."""
        return space.narrowed(self.layout, self.scale, self.share)

    @property
    def rank(self) -> tuple:
        """The higher the better."""
        return min(self.fits, FLOOR), self.largest <= LARGEST * self.most, self.mean


def choose(goal: Goal, executor: Executor, journal: Journal, seed: int = 0,
           samples: int = SAMPLES) -> list[Part]:
    """All parts, the best first. Raises FitError if nothing is feasible in any."""
    space = goal.space
    tasks = {f"choose/{seed}/{layout}/{scale:g}/{share:g}": (goal, layout, scale, share, seed, samples)
             for layout in range(len(space.layouts)) for scale in space.scales for share in space.inputs}
    parts = [Part(**found) for found in journal.results(
        tasks, lambda missing: executor.each(_part, missing))]
    parts.sort(key=lambda part: part.rank, reverse=True)
    if not parts[0].fits:
        raise FitError(f"no net of space `{goal.space.name}` was found that fits: give it more RAM, "
                       "flash or time, or a space of smaller nets")
    return parts


def _part(task) -> dict:
    """In a worker: a part's figures."""
    goal, layout, scale, share, seed, samples = task
    goal = replace(goal, space=goal.space.narrowed(layout, scale, share))
    rng = Random(seed_of("choose", seed, layout, scale, share))
    products: list[int] = []
    for asked in range(samples):
        if asked == FIRST and not products:
            break
        net = goal.net(goal.space.sample(rng))
        if goal.feasible(net):
            products.append(net.products)
    products.sort()
    count = len(products)
    return asdict(Part(layout, scale, share, count / samples, sum(products) / max(count, 1),
                       products[count * 4 // 5] if count else 0, max(products, default=0),
                       goal.net(goal.space.largest()).products))
