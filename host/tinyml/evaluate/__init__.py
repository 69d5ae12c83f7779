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


@dataclass(frozen=True, eq=False)
class Exam:
    """A model and labelled items: (what reads it, its name, its class)."""

    model: str
    schedule: bytes
    classes: tuple[str, ...]
    items: list[tuple[Callable, str, int]]

    def count(self, items: Iterable[tuple[Callable, str, int]], on: str = "host") -> np.ndarray:
        """The confusion of some of them."""
        confusion = np.zeros((len(self.classes), len(self.classes)), int)
        with Model(self.schedule) as model, runner(on, self.schedule, model) as run_one:
            given, port = model.ports(0)[0], model.ports(1)[0]
            for item, name, truth in items:
                said = run_one(_as_bytes(item()[0], given, name)).outputs[0]
                confusion[truth, answer(port, said)] += 1
        return confusion


def evaluate(file: Path, data: Path, on: str = "host", labels: Path | None = None,
             limit: int | None = None, watch: Callable[[list], Iterable] = iter) -> Evaluation:
    """Runs a `.tml`, or a model packed for the purpose, on labelled items: all of them, or as many
    as `limit` says, evenly spread. `watch` is given the items and gives them back one by one.

    Raises as `run_file` does; ModelError also for data that doesn't fit the model.
    """
    exam = make_exam(file, data, labels, limit)
    return Evaluation(exam.model, on, exam.classes, exam.count(watch(exam.items), on))


def make_exam(file: Path, data: Path, labels: Path | None = None, limit: int | None = None) -> Exam:
    """Raises ModelError as `evaluate` does."""
    schedule = read_schedule(file)
    with Model(schedule) as model:
        require_one_input(model, file, "eval")
        count = max(prod(model.ports(1)[0].shape), 2)
        known = read_labels(labels) if labels else model.labels
        if known and len(known) != count:
            raise ModelError(f"`{labels or file}` has {len(known)} labels, the model tells {count} "
                             "classes: name them with --labels, one per line")
        found = read_data(data, (model.ports(0)[0],), ("x",))
        classes, numbers = numbered(data, found.labels, tuple(known), count)
        items = list(zip(found.items, found.names, numbers))
        return Exam(model.info["name"], schedule, classes, spread(items, limit or len(items)))


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
