# SPDX-License-Identifier: MIT
"""Evolution: children of the better quarter, by mutation and crossover, as in TinyNAS.

The planner is asked first, and the score (that of a supernet, which costs a thousand times as
much) last: only of nets that fit, and once of each.
"""
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from random import Random

from tinyml.errors import FitError
from tinyml.search.executor import Executor
from tinyml.search.goal import Finder, Found, Goal
from tinyml.search.journal import Journal
from tinyml.search.keys import seed_of
from tinyml.search.net import Net

DRAWS = 200                     # nets drawn for each one wanted, before there are said to be fewer
# (number of the net, its score) as they come: what an executor's `each` gives.
Score = Callable[[list[Net]], Iterable[tuple[int, float]]]


@dataclass(frozen=True)
class Scored:
    """The more score the better."""

    found: Found
    score: float

    @property
    def rank(self) -> tuple:
        """The better the lower; of equals the faster."""
        return -self.score, self.found.takes.cycles, self.found.key


@dataclass(frozen=True)
class Pace:
    """How long evolution goes on, and how wide. A quarter of `population` are parents, half as many
    as it are born in each generation, half of them by mutation with `rate` for each gene."""

    population: int = 64
    generations: int = 15
    rate: float = 0.12


def evolve(goal: Goal, score: Score, executor: Executor, journal: Journal, seed: int = 0,
           pace: Pace = Pace(), watch: Callable[[int, list[Scored]], None] = lambda *_: None
           ) -> list[Scored]:
    """Every net that was scored, the best first. `watch` is called after each generation with its
    number and all nets so far. Raises FitError if nothing fits."""
    rng, space = Random(seed_of("evolve", seed)), goal.space
    finder = Finder(goal, executor, journal, f"evolve/{seed}")

    def drawn(draw) -> Iterator:
        while True:
            genes = draw()
            yield genes, goal.net(genes)

    def born(draw, count: int) -> list[Scored]:
        return scored(finder.find(drawn(draw), count, DRAWS * count), score, journal)

    people = born(lambda: space.sample(rng), pace.population)
    if not people:
        raise FitError(f"no net of space `{space.name}` was found that fits")
    people.sort(key=lambda one: one.rank)
    for generation in range(pace.generations):
        watch(generation, people)
        parents = [one.found.origin for one in people[:max(2, pace.population // 4)]]

        def child():
            if rng.random() < 0.5:
                return space.mutate(rng.choice(parents), rng, pace.rate)
            return space.cross(rng.choice(parents), rng.choice(parents), rng)

        people = sorted(people + born(child, pace.population // 2), key=lambda one: one.rank)
    watch(pace.generations, people)
    return people


def hopeful(people: list[Scored], count: int) -> list[Scored]:
    """The best half by score, then those that do most products. `people`: the best first. A supernet that
    was trained briefly gives large nets too little credit, and parts others badly: docs/SEARCH.md."""
    best = people[:(count + 1) // 2]
    large = sorted(people[len(best):], key=lambda one: -one.found.net.products)
    return best + large[:count - len(best)]


def scored(found: list[Found], score: Score, journal: Journal) -> list[Scored]:
    """Nets and their scores, those that the journal has not asked for."""
    tasks = {f"score/{one.key}": one.net for one in found}
    values = journal.results(tasks, lambda nets: (
        (number, float(value)) for number, value in score(nets)))
    return [Scored(one, value) for one, value in zip(found, values, strict=True)]
