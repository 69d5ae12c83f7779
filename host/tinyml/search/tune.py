# SPDX-License-Identifier: MIT
"""A net that is known, trained on other data: what `tinyml train` does."""
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tinyml.board import Board
from tinyml.errors import FitError, ModelError
from tinyml.search.budget import budget_for
from tinyml.search.data import Dataset, read_dataset
from tinyml.search.net import Net
from tinyml.search.output import write_model
from tinyml.search.progress import Progress
from tinyml.search.saved import Saved, read_saved
from tinyml.search.train.recipe import Recipe
from tinyml.search.work import UNFIT, Final, Place, work

FRESH, KNOWN = Recipe(), Recipe(epochs=8, rate=0.05)    # what is known is to be kept
MODEL = "model"


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


def tune(net: Path, source: Path, output: Path, asked: Tuning, seed: int = 0,
         watch: Callable[[Progress], None] = lambda _: None, **reading) -> dict:
    """Trains the net of a file on data, quantised and packed into the folder `output`; its figures. What
    was ended goes on where it was. `reading`: what else read_dataset takes. Raises ModelError, FitError.
    """
    saved = read_saved(net)
    data = read_dataset(source, seed, saved.net.input[:2], **reading)
    made = net_for(saved, data)
    budget = budget_for(asked.board, data.classes, asked.ram, asked.flash, row_fed=asked.row_fed)
    output.mkdir(parents=True, exist_ok=True)
    progress = Progress(output)
    progress.stage = "training"
    progress.expect({MODEL: 1.0})
    watch(progress)
    task = Final(MODEL, made, asked.recipe, seed, None if asked.scratch else saved.state)
    done = work(Place(data, budget, output), task)
    if UNFIT in done.figures:
        raise FitError(done.figures[UNFIT])
    write_model(output, MODEL, done.files, data, made)
    for ending in (".pt", ".progress"):
        (output / (MODEL + ending)).unlink(missing_ok=True)
    return done.figures


def net_for(saved: Saved, data: Dataset) -> Net:
    """The net with an answer for each class of the data. Raises ModelError if it can't take the data."""
    wanted, there = saved.net.input[2], data.shape[2]
    if wanted != there:
        raise ModelError(f"the net takes items of {wanted} channels, the data have {there}")
    return replace(saved.net, classes=len(data.classes))
