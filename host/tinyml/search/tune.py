# SPDX-License-Identifier: MIT
"""A net that is known, or a published one, trained on data: what `tinyml train` does."""
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tinyml.board import Board
from tinyml.errors import FitError, ModelError
from tinyml.options import Options
from tinyml.plan import make_plan
from tinyml.search.architectures import named, suited
from tinyml.search.budget import budget_for
from tinyml.search.data import Dataset, read_dataset
from tinyml.search.feasible import Budget
from tinyml.search.net import Net
from tinyml.search.output import write_model
from tinyml.search.problem import problem_of
from tinyml.search.progress import Progress
from tinyml.search.saved import State, read_saved
from tinyml.search.size import file_bytes
from tinyml.search.train.recipe import Recipe
from tinyml.search.work import UNFIT, Final, Place, work

FRESH, KNOWN = Recipe(), Recipe(epochs=8, rate=0.05)    # what is known is to be kept
MODEL = "model"
ROUGHLY = 0.99                  # of the bytes of a file that are reckoned: a trained one may have fewer


@dataclass(frozen=True)
class Tuning:
    """For what board, and how. `scratch`: what the net knows is not used."""

    board: Board
    ram: int | None = None
    flash: int | None = None
    row_fed: bool = False
    epochs: int | None = None
    scratch: bool = False
    flip: bool = True

    @property
    def recipe(self) -> Recipe:
        usual = FRESH if self.scratch else KNOWN
        return replace(usual, epochs=self.epochs or usual.epochs, flip=self.flip)


def tune(net: str, source: Path, output: Path, asked: Tuning, seed: int = 0,
         watch: Callable[[Progress], None] = lambda _: None, **reading) -> dict:
    """Trains the net of a file, or a published one by its name, on data, quantised and packed into the
    folder `output`; its figures. What was ended goes on where it was. `reading`: what else read_dataset
    takes. Raises ModelError, FitError, SearchError."""
    made, state, data = _begun(net, source, dict(reading, seed=seed))
    if state is None:
        asked = replace(asked, scratch=True)
    budget = budget_for(asked.board, data.classes, asked.ram, asked.flash, row_fed=asked.row_fed)
    require_fit(made, budget)
    output.mkdir(parents=True, exist_ok=True)
    progress = Progress(output)
    progress.stage = "training"
    progress.expect({MODEL: 1.0})
    watch(progress)
    task = Final(MODEL, made, asked.recipe, seed, None if asked.scratch else state)
    done = work(Place(data, budget, output), task)
    if UNFIT in done.figures:
        raise FitError(done.figures[UNFIT])
    write_model(output, MODEL, done.files, data, made)
    for ending in (".pt", ".progress"):
        (output / (MODEL + ending)).unlink(missing_ok=True)
    return done.figures


def _begun(net: str, source: Path, reading: dict) -> tuple[Net, State | None, Dataset]:
    """The net as it suits the data, what it knows, and the data. Pictures in files get the net's size;
    arrays do if it knows something, else the net gets theirs."""
    path = Path(net)
    if path.suffix != ".npz" and not path.is_file():
        published = named(net)
        data = read_dataset(source, **reading, usual=published.input[:2])
        return suited(published, data.shape, len(data.classes)), None, data
    saved = read_saved(path)
    size = reading.get("size") or saved.net.input[:2]
    data = read_dataset(source, **dict(reading, size=size)).at(size)
    wanted, there = saved.net.input[2], data.shape[2]
    if wanted != there:
        raise ModelError(f"the net takes items of {wanted} channels, the data have {there}")
    return replace(saved.net, input=data.shape, classes=len(data.classes)), saved.state, data


def require_fit(net: Net, budget: Budget) -> None:
    """Before the training. Raises FitError."""
    wanted = file_bytes(net, budget.row_fed) + budget.notes
    if budget.flash is not None and ROUGHLY * wanted > budget.flash:
        raise FitError(f"the file of the net would have about {wanted:,} bytes, there is room for "
                       f"{budget.flash:,}: use a narrower net")
    make_plan(problem_of(net, budget.row_fed), Options(ram=budget.ram, feed_rows=budget.row_fed))
