# SPDX-License-Identifier: MIT
"""What workers of a search do: each holds the data, and trains one thing after the other.

What a task gives depends on the task alone. Where the folder of the search is within reach, the worker
keeps checkpoints there, and tells how far it is.
"""
from contextlib import suppress
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from time import monotonic

from tinyml.data import spread
from tinyml.errors import FitError
from tinyml.search.data.items import Dataset
from tinyml.search.feasible import Budget
from tinyml.search.net import Net
from tinyml.search.saved import Saved, read_saved
from tinyml.search.train import device
from tinyml.search.train.recipe import Recipe

SEEN, ASKED = 400, 3200         # items that a net inside a supernet is shown, and is asked about
STEPS = 6                       # that are timed
ENDINGS = ".tml", ".tflite", ".npz"        # of the files of a net
TELL = 1.0                      # seconds between two notes of how far a task is
UNFIT = "unfit"                 # the only figure of a net whose weights don't fit after all: why


@dataclass(frozen=True, eq=False)
class Place:
    """What every worker is given. `folder`: where checkpoints are, None for nowhere."""

    data: Dataset
    budget: Budget
    folder: Path | None = None


@dataclass(frozen=True)
class Supernet:
    """A task: weights for all nets of a space."""

    key: str
    largest: Net
    pool: tuple[Net, ...]
    recipe: Recipe
    seed: int


@dataclass(frozen=True)
class Final:
    """A task: one net trained, quantised, packed and asked. `start`: arrays to begin with, by their
    names; those of other shapes are not used."""

    key: str
    net: Net
    recipe: Recipe
    seed: int
    start: dict | None = None


@dataclass(frozen=True)
class Done:
    """What a task gave: figures for the journal, and contents of files by their endings."""

    figures: dict
    files: dict[str, bytes] = field(default_factory=dict)


def hold(place: Place) -> Place:
    """Makes what each worker holds."""
    return place


def work(place: Place, task: Supernet | Final) -> Done:
    """Trains what a task says."""
    return _supernet(place, task) if isinstance(task, Supernet) else _final(place, task)


def _supernet(place: Place, task: Supernet) -> Done:
    from tinyml.search.train.supernet import train_supernet

    weights = train_supernet(task.largest, task.pool, place.data, task.recipe, task.seed,
                             device(), *_kept(place, task))
    return Done({"supernet": True}, {".npz": _saved(weights, place.data)})


def _final(place: Place, task: Final) -> Done:
    from tinyml.search.finalists import finalist
    from tinyml.search.train.feed import Feed
    from tinyml.search.train.fit import fit, fresh
    from tinyml.search.train.score import accuracy

    data = place.data.at(task.net.input[:2])
    start = fresh(task.net, task.seed)
    if task.start:
        start.adopt(task.start)
    weights = fit(task.net, data, task.recipe, task.seed, start, None, device(), *_kept(place, task))
    weights.cpu()
    try:
        made = finalist(task.net, weights.folded(), data, place.budget, task.key)
    except FitError as error:
        return Done({UNFIT: str(error)})
    floats = accuracy(weights, Feed(data.test, data.prepare))
    return Done(made.figures() | {"float_test": floats},
                {".tml": made.file, ".tflite": made.tflite, ".npz": _saved(weights, data)})


def _saved(weights, data: Dataset) -> bytes:
    state = {name: tensor.cpu().numpy() for name, tensor in weights.state_dict().items()}
    return Saved(weights.net, state, data.classes).to_bytes()


@dataclass(frozen=True)
class Trial:
    """A task: one net trained briefly, from what it is inside a supernet."""

    key: str
    net: Net
    recipe: Recipe
    seed: int


@dataclass(frozen=True, eq=False)
class Scorer:
    """What workers hold that ask a supernet."""

    place: Place
    weights: object
    seen: object
    asked: object


def make_scorer(place: Place, supernet: bytes) -> Scorer:
    """From the file that a Supernet task gave."""
    from tinyml.search.train.feed import Feed
    from tinyml.search.train.fit import fresh

    saved = read_saved(BytesIO(supernet))
    weights = fresh(saved.net, 0)
    weights.adopt(saved.state)
    data, where = place.data.at(saved.net.input[:2]), device()
    seen, asked = (Feed(part.take(spread(range(len(part.y)), count)), data.prepare, where)
                   for part, count in ((data.train, SEEN), (data.validation, ASKED)))
    return Scorer(place, weights.to(where), seen, asked)


def score(scorer: Scorer, net: Net) -> float:
    """The share of right answers of a net inside the supernet."""
    from tinyml.search.train.score import score as score_inside

    return score_inside(scorer.weights, net, scorer.seen, scorer.asked)


def trial(scorer: Scorer, task: Trial) -> float:
    """The share of right answers after it, in float, of the items for choosing."""
    from tinyml.search.train.feed import Feed
    from tinyml.search.train.fit import fit
    from tinyml.search.train.score import accuracy

    data, where = scorer.place.data.at(task.net.input[:2]), device()
    start = scorer.weights.inherit(task.net)
    weights = fit(task.net, data, task.recipe, task.seed, start, None, where, *_kept(scorer.place, task))
    return accuracy(weights, Feed(data.validation, data.prepare, where))


def step_seconds(place: Place, net: Net) -> float:
    """How long a step of a training takes here."""
    from tinyml.search.train.fit import fit

    recipe, moments = Recipe(epochs=STEPS), []
    few = replace(place.data, train=place.data.train.take(slice(0, recipe.batch)))
    fit(net, few, recipe, 0, device=device(), tell=lambda *_: moments.append(monotonic()))
    return min(after - before for before, after in zip(moments, moments[1:]))


def _kept(place: Place, task):
    """(checkpoint, tell): where it is kept, and who is told."""
    if place.folder is None or not place.folder.is_dir():
        return None, lambda done, total: None
    note, last = place.folder / f"{task.key}.progress", [0.0]

    def tell(done: int, total: int) -> None:
        if monotonic() > last[0] + TELL:
            with suppress(OSError):         # a full disk; what has to be kept says so
                note.write_text(f"{done / total:.4f}")
            last[0] = monotonic()
    return place.folder / f"{task.key}.pt", tell
