# SPDX-License-Identifier: MIT
"""What the answer to each item should be, and how often a model gives it."""
from pathlib import Path

import numpy as np

from tinyml.data import Data
from tinyml.errors import ModelError


def read_labels(path: Path | None, data: Data, classes: int,
                names: tuple[str, ...]) -> np.ndarray | None:
    """The number of the class of each item; None if nothing says it. `names` are those of the
    classes, if known. Raises ModelError for labels that don't fit."""
    words = _from_file(path, data) if path else list(data.labels)
    if not words or not path and len(set(words)) == 1:
        return None                             # one folder for all is no answer
    if len(words) != len(data.items):
        raise ModelError(f"there are {len(words)} labels for {len(data.items)} items: one label "
                         "for each is needed, in their order")
    numbers = np.array(_as_numbers(words, names))
    wrong = numbers[(numbers < 0) | (numbers >= max(classes, 2))]
    if len(wrong):
        raise ModelError(f"label {wrong[0]} does not exist: the model has {classes} classes, "
                         f"0 to {classes - 1}")
    return numbers


def _from_file(path: Path, data: Data) -> list[str]:
    """A label in each line, or the name of a file and its label."""
    try:
        lines = path.read_text().strip().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"`{path}` can't be read as text: {error}") from None
    rows = [[part.strip() for part in line.split(",")] for line in lines]
    if any(len(row) == 1 for row in rows):
        return [row[-1] for row in rows]
    known = {row[0]: row[-1] for row in rows}
    missing = next((name for name in data.names if name not in known), None)
    if missing:
        raise ModelError(f"`{path}` has no label for `{missing}`: write lines of `name,label`, or "
                         "one label in each line in the order of the data")
    return [known[name] for name in data.names]


def _as_numbers(words: list[str], names: tuple[str, ...]) -> list[int]:
    """Numbers as they are, words by their place among the names of the classes."""
    try:
        return [int(word) for word in words]
    except ValueError:
        order = names or tuple(sorted(set(words)))
    unknown = next((word for word in words if word not in order), None)
    if unknown is not None:
        raise ModelError(f"label `{unknown}` is none of the model's classes: "
                         f"{', '.join(order[:12])}{' ...' if len(order) > 12 else ''}")
    return [order.index(word) for word in words]


def answer(reals: np.ndarray, is_share: bool) -> int:
    """The class that an output names: the largest of several numbers, or on which side of the
    middle a single one is."""
    flat = np.asarray(reals).reshape(-1)
    return int(flat.argmax()) if len(flat) > 1 else int(flat[0] > (0.5 if is_share else 0))
