# SPDX-License-Identifier: MIT
"""A whole search: from data and a budget to the best net that was found, and what it had to beat.

    choose a part of the space -> supernet and controls -> evolution -> trials -> finalists -> the best

Each result is in the journal before the next step begins, so a search that was ended goes on.
"""
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from tinyml.errors import FitError, ModelError, SearchError
from tinyml.files import write_file
from tinyml.pack import read_file
from tinyml.search.choose import choose
from tinyml.search.controls import by_chance, hand_scaled
from tinyml.search.data import Dataset
from tinyml.search.effort import Effort, Epoch, effort_for
from tinyml.search.evolve import Scored, evolve, hopeful
from tinyml.search.executor import Executor
from tinyml.search.feasible import Budget, feasible
from tinyml.search.goal import Found, Goal
from tinyml.search.journal import Journal
from tinyml.search.keys import seed_of
from tinyml.search.net import Net
from tinyml.search.progress import Progress
from tinyml.search.space import Space
from tinyml.search.table import BY_CHANCE, BY_HAND, SEARCHED
from tinyml.search.train.recipe import Recipe
from tinyml.search.work import (UNFIT, Final, Place, Supernet, Trial, hold, make_scorer, score,
                                step_seconds, trial, work)

SUPERNET, EVOLUTION, TRIALS = "supernet", "evolution", "trials"
NETS = "nets"                   # the folder of their files
TRIAL_RATE = 0.5                # of the recipe's: weights know something already
SCORING = 0.3                   # of what a final training's epoch costs, to score a net


@dataclass(frozen=True, eq=False)
class Job:
    """What is searched for. `effort`: how hard; None: as hard as `hours` allow."""

    data: Dataset
    budget: Budget
    space: Space
    folder: Path
    seed: int = 0
    hours: float = 1 / 3
    workers: int = 1
    seeds: int = 1
    effort: Effort | None = None
    recipe: Recipe = Recipe()

    def settings(self) -> dict:
        """What must be the same when it goes on."""
        digest = sha256(self.data.train.x.tobytes() + self.data.test.x.tobytes())
        return {"data": digest.hexdigest(), "classes": self.data.classes, "seed": self.seed,
                "budget": asdict(self.budget), "space": asdict(self.space), "seeds": self.seeds,
                "recipe": asdict(self.recipe), "effort": self.effort and asdict(self.effort)}


@dataclass(frozen=True)
class Wanted:
    """A net to be trained. `kind`: one of table.KINDS; `name`: of the net."""

    kind: str
    name: str
    task: Final


@dataclass(frozen=True)
class Trained(Wanted):
    """`figures`: what work gave."""

    figures: dict


def best_of(trained: list[Trained]) -> Trained:
    """Of the nets that were trained most often the one that answers best on the items for choosing; of
    equals the one that takes less time. The test has no say."""
    def rank(one: Trained) -> tuple:
        same = [other.figures["validation"] for other in trained if other.task.net == one.task.net]
        return len(same), sum(same) / len(same), one.figures["validation"], -one.figures["cycles"]
    return max(trained, key=rank)


def file_of(folder: Path, name: str) -> bytes:
    """What a training left in a search's folder. Raises SearchError if somebody took it away."""
    try:
        return read_file(folder / NETS / name)
    except ModelError as error:
        raise SearchError(f"{error}, but the journal says that it was trained: put it back, or search into "
                          "another folder") from None


def search(job: Job, executor: Executor, watch: Callable[[Progress], None] = lambda _: None) -> list[Trained]:
    """All nets that were trained. Their files are in job.folder / "nets". `watch` is given what tells
    how far it is. Raises FitError if nothing fits, SearchError."""
    scratch = job.folder.absolute() / "at-work"     # workers may be elsewhere on this machine
    for folder in (scratch, job.folder / NETS):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SearchError(f"`{folder}` cannot be made: {error.strerror}") from None
    progress = Progress(scratch)
    watch(progress)
    with Journal(job.folder / "journal.jsonl") as journal:
        journal.claim(job.settings())
        rows = _Search(job, executor, journal, progress).run()
    rmtree(scratch, ignore_errors=True)
    if not rows:
        raise FitError("none of the nets that were trained fits after all: give it more time or flash")
    return rows


class _Search:
    """A job at work. `cost`: of a final training, in seconds or so."""

    cost = 1.0

    def __init__(self, job: Job, executor: Executor, journal: Journal, progress: Progress):
        self.job, self.executor, self.journal, self.progress = job, executor, journal, progress
        self.place = Place(job.data, job.budget, progress.folder)
        self.needs = {"gpu": 1} if executor.resources().get("gpu") else None

    def run(self) -> list[Trained]:
        job, tools = self.job, (self.executor, self.journal)
        whole = Goal(job.space, job.data.shape, len(job.data.classes),
                     partial(feasible, budget=job.budget))
        wide = job.effort or Effort(1)
        self.progress.stage = "choosing what to search"
        goal = replace(whole, space=choose(whole, *tools, job.seed, wide.samples)[0].of(job.space))
        pool = by_chance(goal, *tools, wide.pool, job.seed)
        self.progress.stage = "planning what to beat"
        hand = hand_scaled(whole, *tools)[:wide.by_hand]
        effort = self.effort(goal, *([one.net for one in nets] for nets in (pool, hand)))
        rivals = self.wanted(BY_HAND, hand, effort)
        rivals += self.wanted(BY_CHANCE, pool[:effort.by_chance], effort)
        self.progress.stage = "training the supernet, and what to beat"
        rows = self.train(rivals, self.supernet(goal, pool, effort))
        found = self.found(goal, effort)
        self.progress.stage = "training what was found"
        rows += self.train(self.wanted(SEARCHED, found[:effort.finalists], effort))
        self.progress.stage = "training the best once more"
        return rows + self.train(self.again(rows, effort))

    def effort(self, goal: Goal, pool: list[Net], hand: list[Net]) -> Effort:
        """Measured the first time; then as the journal has it."""
        job, once = self.job, self.journal.once
        self.progress.stage = "measuring"
        if job.effort:
            epoch, effort = Epoch(3.0, 1.0, 1.0), job.effort
        else:
            epoch = Epoch(**once("epoch", lambda: asdict(self.measured(goal, pool, hand))))
            effort = effort_for(once("hours", lambda: job.hours), once("workers", lambda: job.workers),
                                epoch, job.seeds)
        self.cost = effort.epochs * epoch.final
        scored = effort.pace.population * (1 + effort.pace.generations / 2)
        self.progress.expect({SUPERNET: effort.supernet * epoch.supernet,
                              EVOLUTION: SCORING * epoch.final * scored,
                              TRIALS: effort.trials * effort.trial * epoch.final,
                              SEARCHED: (effort.finalists + effort.again) * self.cost})
        return effort

    def measured(self, goal: Goal, pool: list[Net], hand: list[Net]) -> Epoch:
        """What an epoch takes one worker."""
        steps = self.job.recipe.steps_of_epoch(len(self.job.data.train.y))
        pool = sorted(pool, key=lambda net: net.products)
        nets = goal.net(goal.space.largest()), pool[len(pool) // 2], pool[-1], *hand
        with self.executor.actor(hold, self.place, needs=self.needs) as workers:
            large, middle, most, *by_hand = workers.map(step_seconds, nets, self.needs)
        return Epoch(steps * (large + self.job.recipe.samples * middle), steps * most,
                     steps * max(by_hand, default=0.0))

    def supernet(self, goal: Goal, pool: list[Found], effort: Effort) -> Supernet:
        """The task of training it."""
        space = goal.space
        return Supernet(SUPERNET, goal.net(space.largest()), tuple(one.net for one in pool),
                        replace(self.job.recipe, epochs=effort.supernet), seed_of(SUPERNET, self.job.seed))

    def wanted(self, kind: str, nets: list[Found], effort: Effort) -> list[Wanted]:
        """Each net, with the first seed."""
        recipe = replace(self.job.recipe, epochs=effort.epochs)
        found = []
        for rank, one in enumerate(nets, 1):
            name = one.origin if isinstance(one.origin, str) else f"net {rank}"
            found.append(Wanted(kind, name, self.final(one.key, one.net, recipe, 0)))
        self.progress.expect({kind: 0.0} | {each.task.key: self.cost for each in found})
        return found

    def again(self, rows: list[Trained], effort: Effort) -> list[Wanted]:
        """The best of each kind, with the other seeds."""
        found = []
        for kind in {row.kind: None for row in rows}:
            one = best_of([row for row in rows if row.kind == kind])
            key = one.task.key.rpartition("-")[0]
            found += [Wanted(kind, one.name, self.final(key, one.task.net, one.task.recipe, number))
                      for number in range(1, effort.seeds)]
        return found

    def final(self, key: str, net: Net, recipe: Recipe, number: int) -> Final:
        """The task of a training with one of the seeds."""
        return Final(f"{key}-{number}", net, recipe, seed_of("final", self.job.seed, number))

    def train(self, wanted: list[Wanted], *more: Supernet) -> list[Trained]:
        """Trains what the journal doesn't know; those that fit. What takes longest begins first."""
        tasks = {task.key: task for task in (*more, *(each.task for each in wanted))}
        results = dict(zip(tasks, self.journal.results(tasks, self.trained)))
        for key in tasks:
            self.progress.tell(key)
        return [Trained(**vars(each), figures=results[each.task.key]) for each in wanted
                if UNFIT not in results[each.task.key]]

    def trained(self, tasks: list) -> Iterator[tuple[int, dict]]:
        """Figures as they come; files are there before them."""
        with self.executor.actor(hold, self.place, needs=self.needs) as workers:
            for number, done in workers.each(work, tasks, self.needs):
                key = tasks[number].key
                for ending, content in done.files.items():
                    write_file(self.job.folder / NETS / (key + ending), content)
                self.progress.tell(key)
                yield number, done.figures

    def found(self, goal: Goal, effort: Effort) -> list[Found]:
        """The most hopeful nets of evolution, the best first."""
        self.progress.stage = "evolution"
        held = file_of(self.job.folder, f"{SUPERNET}.npz")

        def watch(generation: int, people: list[Scored]) -> None:
            self.progress.tell(EVOLUTION, (generation + 2) / (effort.pace.generations + 2))
        with self.executor.actor(make_scorer, self.place, held, needs=self.needs) as scorers:
            people = evolve(goal, lambda nets: scorers.each(score, nets, self.needs), self.executor,
                            self.journal, self.job.seed, effort.pace, watch)
            self.progress.stage = "trying what was found"
            return self.tried(hopeful(people, effort.trials), effort,
                              lambda trials: scorers.each(trial, trials, self.needs))

    def tried(self, people: list[Scored], effort: Effort, attempt: Callable) -> list[Found]:
        """Those that answer best after a brief training first; of equals the faster. `attempt`: Trials
        to (number, share of right answers)."""
        recipe = replace(self.job.recipe, epochs=effort.trial, rate=self.job.recipe.rate * TRIAL_RATE)
        seed = seed_of("trial", self.job.seed)
        tasks = {f"{one.found.key}-trial": one for one in people}
        self.progress.expect({TRIALS: 0.0} | dict.fromkeys(tasks, self.cost * effort.trial / effort.epochs))
        trials = {key: Trial(key, one.found.net, recipe, seed) for key, one in tasks.items()}
        shares = self.journal.results(trials, attempt)
        for key in tasks:
            self.progress.tell(key)
        ranked = sorted(zip(shares, people), key=lambda pair: (-pair[0], pair[1].found.takes.cycles))
        return [one.found for _, one in ranked]
