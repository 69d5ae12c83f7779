# SPDX-License-Identifier: MIT
"""Which of a model's classes the labels of data stand for."""
from collections.abc import Sequence
from pathlib import Path

from tinyml.errors import ModelError


def numbered(path: Path, words: Sequence[str], labels: tuple[str, ...], count: int,
             option: str = "--labels"):
    """(names of the classes, the number of each word) for a model that tells `count` classes. `option`
    is that by which its user names them.

    The classes are the labels, in their order; without them the numbers from 0 on, or the names
    in the data sorted. Raises ModelError if the data does not fit.
    """
    if not words:
        raise ModelError(f"`{path}` says no classes: give a folder with one of pictures for each, an "
                         ".npz with `x` and `y`, or a .csv with the class in the last column")
    order = _order(path, sorted(set(words)), labels, count, option)
    classes = labels or tuple(sorted(order, key=order.get) if len(order) == count
                              else map(str, range(count)))
    return classes, [order[word] for word in words]


def _order(path: Path, names: list[str], labels: tuple[str, ...], count: int,
           option: str) -> dict[str, int]:
    """The class that each name stands for."""
    if set(names) <= set(labels):
        return {name: labels.index(name) for name in names}
    if all(name.isdecimal() for name in names):
        if int(max(names, key=int)) < count:
            return {name: int(name) for name in names}
        raise ModelError(f"`{path}` has a class {max(names, key=int)}, the model tells {count}: "
                         f"0 to {count - 1}")
    if labels:
        wrong = next(name for name in names if name not in labels)
        raise ModelError(f"`{path}`: class `{wrong}` is no label of the model ({_some(labels)}): "
                         f"name the classes with {option}, one per line")
    if len(names) == count:
        return {name: number for number, name in enumerate(names)}
    raise ModelError(f"`{path}` has {len(names)} classes ({_some(names)}), the model tells {count} "
                     f"and has no labels: name them with {option}, one per line")


def _some(names) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
