# SPDX-License-Identifier: MIT
"""What the answer to each item should be, and how often a model gives it."""
from pathlib import Path

import numpy as np

from tinyml.classes import numbered
from tinyml.data import Data
from tinyml.errors import ModelError


def read_labels(path: Path | None, source: Path, data: Data, classes: int,
                names: tuple[str, ...]) -> np.ndarray | None:
    """The number of the class of each item; None if nothing says it. `source` is where the data
    stands, `names` are those of the classes, if known. Raises ModelError for labels that don't fit."""
    words = _from_file(path, data) if path else list(data.labels)
    if not words or not path and len(set(words)) == 1:
        return None                             # one folder for all is no answer
    if len(words) != len(data.items):
        raise ModelError(f"there are {len(words)} labels for {len(data.items)} items: one label "
                         "for each is needed, in their order")
    return np.array(numbered(path or source, words, names, max(classes, 2), "--names")[1])


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


def answer(reals: np.ndarray, is_share: bool) -> int:
    """The class that an output names: the largest of several numbers, or on which side of the
    middle a single one is."""
    flat = np.asarray(reals).reshape(-1)
    return int(flat.argmax()) if len(flat) > 1 else int(flat[0] > (0.5 if is_share else 0))
