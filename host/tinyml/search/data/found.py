# SPDX-License-Identifier: MIT
"""Data as it stands in files, and how it becomes a Dataset."""
from dataclasses import dataclass

import numpy as np

from tinyml.errors import ModelError
from tinyml.quantize.source import Preparation
from tinyml.quantize.wav import Frontend
from tinyml.search.data.items import MOTION, PIXELS, Dataset, Items
from tinyml.search.data.splits import split

TEST, VALIDATION = 0.2, 0.1     # shares, where the data says nothing
FEWEST = 10                     # items of a class
PARTS = {"test": "test", "testing": "test", "t10k": "test", "val": "validation", "valid": "validation",
         "validation": "validation", "dev": "validation", "train": "train", "training": "train"}
"""Names of folders and arrays that say which part is in them."""


@dataclass(frozen=True, eq=False)
class Found:
    """`words`: the class of each item; `parts`: of each, a value of PARTS, or "" where nothing says it;
    `groups`: whose it is."""

    kind: str
    x: np.ndarray
    words: tuple[str, ...]
    parts: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    frontend: Frontend | None = None
    names: tuple[str, ...] = ()


def dataset_of(found: Found, seed: int, where) -> Dataset:
    """The data in parts: its own, and what it lacks cut from what is for training, the same way for
    the same seed. Raises ModelError for too little data."""
    classes = found.names or tuple(sorted(set(found.words), key=_by_number))
    number = {name: i for i, name in enumerate(classes)}
    y = np.array([number[word] for word in found.words], np.int64)
    counts = np.bincount(y, minlength=len(classes))
    if len(classes) < 2:
        raise ModelError(f"`{where}` has one class, `{classes[0]}`: at least two are needed, a folder "
                         "for each")
    if counts.min() < FEWEST:
        raise ModelError(f"`{where}`: class `{classes[int(counts.argmin())]}` has {counts.min()} items, "
                         f"at least {FEWEST} of each class are needed")
    parts = _parts(found, y, seed)
    for number in set(y.tolist()) - set(y[parts["train"]].tolist()):
        raise ModelError(f"`{where}`: no item of class `{classes[number]}` is for training")
    items = {name: Items(found.x[which], y[which]) for name, which in parts.items()}
    return Dataset(found.kind, classes, **items, prepare=_prepare(found.kind, items["train"].x),
                   frontend=found.frontend)


def _by_number(word: str):
    return (0, int(word), word) if word.isdecimal() else (1, 0, word)


def _parts(found: Found, y: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    said = np.array(found.parts or ("",) * len(y))
    parts = {name: np.flatnonzero(said == name) for name in ("test", "validation")}
    rest = np.flatnonzero((said == "train") | (said == ""))
    groups = np.array(found.groups) if found.groups else None
    for name, share in (("test", TEST), ("validation", VALIDATION)):
        if not len(parts[name]):
            cut, left = split(y[rest], None if groups is None else groups[rest], (share,), seed)
            parts[name], rest = rest[cut], rest[left]
    return parts | {"train": rest}


def _prepare(kind: str, x: np.ndarray) -> Preparation:
    """So that numbers are about 1: of motion for each channel, as they have other units."""
    if x.dtype == np.uint8:
        return PIXELS
    axes = (0, 1, 2) if kind == MOTION else None
    mean, std = (np.atleast_1d(np.float64(one)) for one in (x.mean(axes), x.std(axes)))
    return Preparation(1.0, tuple(map(float, mean)), tuple(float(one) or 1.0 for one in std))
