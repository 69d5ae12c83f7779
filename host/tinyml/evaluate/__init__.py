# SPDX-License-Identifier: MIT
"""How often a model is right, on labelled data: what `tinyml eval` does."""
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from tinyml.classes import numbered
from tinyml.data import read_data, spread
from tinyml.errors import ModelError
from tinyml.inputs import pixel_bytes, read_item, to_reals
from tinyml.model import Model
from tinyml.pack import read_labels, read_schedule
from tinyml.run import require_one_input, runner

HALF = 0.5                      # from where on the only output of a model says yes


@dataclass(frozen=True)
class Evaluation:
    """`confusion[is][said]`: how many items of a class were taken for which."""

    model: str
    where: str
    classes: tuple[str, ...]
    confusion: np.ndarray

    def figures(self) -> dict:
        """For --json. A share of nothing is None."""
        right, items = self.confusion.diagonal(), int(self.confusion.sum())
        said, wanted = self.confusion.sum(axis=0), self.confusion.sum(axis=1)
        return {"model": self.model, "on": self.where, "items": items,
                "accuracy": int(right.sum()) / items,
                "classes": [{"label": label, "items": int(wanted[i]),
                             "precision": _share(right[i], said[i]),
                             "recall": _share(right[i], wanted[i])}
                            for i, label in enumerate(self.classes)],
                "confusion": self.confusion.tolist()}


def _share(part, whole) -> float | None:
    return int(part) / int(whole) if whole else None


def evaluate(file: Path, data: Path, on: str = "host", labels: Path | None = None,
             limit: int | None = None, watch: Callable[[list], Iterable] = iter) -> Evaluation:
    """Runs a `.tml`, or a model packed for the purpose, on labelled items: all of them, or as many
    as `limit` says, evenly spread. `watch` is given the items and gives them back one by one.

    Raises as `run_file` does; ModelError also for data that doesn't fit the model.
    """
    schedule = read_schedule(file)
    with Model(schedule) as model:
        require_one_input(model, file, "eval")
        port = model.ports(1)[0]
        count = max(prod(port.shape), 2)
        known = read_labels(labels) if labels else model.labels
        if known and len(known) != count:
            raise ModelError(f"`{labels or file}` has {len(known)} labels, the model tells {count} "
                             "classes: name them with --labels, one per line")
        given = model.ports(0)[0]
        found = read_data(data, (given,), ("x",))
        classes, numbers = numbered(data, found.labels, tuple(known), count)
        items = list(zip(found.items, found.names, numbers))
        confusion = np.zeros((count, count), int)
        with runner(on, schedule, model) as run_one:
            for item, name, truth in watch(spread(items, limit or len(items))):
                said = run_one(_as_bytes(item()[0], given, name)).outputs[0]
                confusion[truth, answer(port, said)] += 1
        return Evaluation(model.info["name"], on, classes, confusion)


def _as_bytes(item: np.ndarray, port, name: str) -> bytes:
    """An item as the model holds it; bytes of a picture are pixels."""
    if item.dtype == np.uint8 and item.ndim == 3:
        return pixel_bytes(item, port)
    return read_item(item, port, name)


def answer(port, raw: bytes) -> int:
    """The class that an output's bytes stand for."""
    values = to_reals(port, raw).ravel()
    if values.size > 1:
        return int(values.argmax())
    if port.dtype == "float32":
        return int(values[0] > HALF)
    return int(port.scale * (int(values[0]) - port.zero_point) > HALF)
