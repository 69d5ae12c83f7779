# SPDX-License-Identifier: MIT
"""A net that is known, trained on other classes: what `tinyml train` does."""
from dataclasses import replace
from pathlib import Path

from tinyml.errors import ModelError
from tinyml.search.data import Dataset, read_dataset
from tinyml.search.feasible import Budget
from tinyml.search.net import Net
from tinyml.search.output import write_model
from tinyml.search.saved import Saved, read_saved
from tinyml.search.train.recipe import Recipe
from tinyml.search.work import Done, Final, Place, work

KNOWN = Recipe(epochs=8, rate=0.05)     # what is known is to be kept


def net_for(saved: Saved, data: Dataset) -> Net:
    """The net with an output for each class of the data. Raises ModelError if it can't take the data."""
    wanted, there = saved.net.input[2], data.shape[2]
    if wanted != there:
        raise ModelError(f"the net takes {wanted} channels, the data have {there}")
    return replace(saved.net, classes=len(data.classes))


def tune(net: Path, source: Path, output: Path, budget: Budget, seed: int = 0,
         epochs: int | None = None, scratch: bool = False, **reading) -> Done:
    """Trains the net of a file on data and packs it into the folder `output`. `scratch`: what it knows
    is not used. A run that was ended goes on where it was. `reading` is what read_dataset takes.
    """
    saved = read_saved(net)
    data = read_dataset(source, seed, saved.net.input[:2], **reading)
    made = net_for(saved, data)
    recipe = Recipe() if scratch else KNOWN
    recipe = replace(recipe, epochs=epochs or recipe.epochs)
    output.mkdir(parents=True, exist_ok=True)
    done = work(Place(data, budget, output),
                Final("model", made, recipe, seed, None if scratch else saved.state))
    write_model(output, "model", done.files, data, made)
    return done
