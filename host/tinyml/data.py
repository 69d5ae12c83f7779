# SPDX-License-Identifier: MIT
"""A user's data as items for a model: pictures, .npy, .npz, .csv and .wav, one file or a folder of
them, with the labels that stand in the data itself."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np

from tinyml.errors import ModelError
from tinyml.inputs import PICTURES, items_of, picture_pixels, read_archive, read_array
from tinyml.tables import read_table

SOUND = ".wav"
FILES = PICTURES | {".npy", ".csv", SOUND}
DATA_KEYS, LABEL_KEYS = ("x", "data", "images", "inputs"), ("y", "labels", "label", "targets")

Item = list[np.ndarray]
"""An array for each input of the model, in its shape without the batch, numbers as they came."""
Hear = Callable[[Path, object], np.ndarray]
"""What a model is given of a sound file, for a port."""


@dataclass(frozen=True)
class Data:
    """`items` are functions, so that pictures are read when they are wanted; `names` say where
    each comes from; `labels` has one for each, or none at all."""

    items: tuple[Callable[[], Item], ...]
    names: tuple[str, ...]
    labels: tuple[str, ...] = ()


def spread(items: Sequence, count: int) -> list:
    """So many of them, or all, at even distances."""
    count = min(count, len(items))
    return [items[i * len(items) // count] for i in range(count)]


def read_data(source: Path, ports, names: tuple[str, ...], hear: Hear | None = None) -> Data:
    """All items. `ports` are the inputs of a graph or of a `tinyml.Model`, `names` theirs. Raises
    ModelError if there are none, or they don't fit the model's inputs."""
    if not source.exists():
        raise ModelError(f"`{source}` does not exist")
    if source.suffix == ".npz":
        return _archive(source, ports, names)
    if len(ports) != 1:
        raise ModelError(f"the model has {len(ports)} inputs: give an .npz with an array for each, "
                         f"named {_list(names)}")
    read = _folder if source.is_dir() else _file
    return read(source, ports[0], hear)


def _list(names) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _joined(parts: list[Data]) -> Data:
    return Data(*(sum((getattr(part, name) for part in parts), ())
                  for name in ("items", "names", "labels")))


def _folder(folder: Path, port, hear: Hear | None) -> Data:
    """Every file below; where none stands in the folder itself, its own folder is its label."""
    known = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in FILES]
    if not known:
        raise ModelError(f"`{folder}` holds no data: no pictures, .npy, .csv or .wav")
    full = {parent for path in known for parent in path.parents}
    empty = next((path for path in sorted(folder.rglob("[!.]*")) if path.is_dir()
                  and path not in full), None)
    if empty:
        raise ModelError(f"`{empty}` holds no data: a folder for each class, none of them empty")
    parts = [_file(path, port, hear) for path in known]
    if all(path.parent != folder for path in known):
        parts = [Data(part.items, part.names, (path.parent.name,) * len(part.items))
                 for path, part in zip(known, parts)]
    labelled = sum(bool(part.labels) for part in parts)
    return _joined(parts if labelled == len(parts) else [
        Data(part.items, part.names) for part in parts])


def _file(path: Path, port, hear: Hear | None) -> Data:
    """One file: a picture, or an array of items."""
    suffix, labels = path.suffix.lower(), ()
    if suffix not in FILES:
        raise ModelError(f"`{path}` is no data: give a folder, an .npz, .npy, .csv or a picture")
    if suffix == SOUND and hear is None:
        raise ModelError(f"`{path}`: what the model is given of a sound is unknown, say it with "
                         "`tinyml quantize --frontend` (docs/QUANTIZE.md), or give it as .npy")
    if suffix == SOUND:
        return Data((lambda: [hear(path, port)],), (path.name,))
    if suffix in PICTURES:
        return Data((lambda: [picture_pixels(path, port)],), (path.name,))
    if suffix == ".csv":
        rows, labels = read_table(path, port.shape[1:])
    else:
        rows = _numeric(read_array(path), path)
    items = tuple(lambda row=row: [row] for row in _fitted(rows, port, path))
    return Data(items, (path.name,) * len(items), labels)


def _fitted(array: np.ndarray, port, what) -> np.ndarray:
    """Items in the order of the port. Flat ones and ones without axes of one element are given
    those of the model's input as its user sees it."""
    shape = port.shape[1:]
    own = (shape[-1], *shape[:-1]) if port.channels_first else shape
    for given in (array.shape[1:], array.shape) if array.size else ():
        for wanted in (own, shape):
            if _long(given) == _long(wanted) or given == (prod(wanted),):
                return items_of(array.reshape(-1, *wanted), port, what)
    return items_of(array, port, what)


def _long(shape) -> tuple[int, ...]:
    return tuple(size for size in shape if size > 1)


def _numeric(array, what) -> np.ndarray:
    if getattr(array, "dtype", np.dtype(object)).kind not in "biuf":
        raise ModelError(f"`{what}` holds no numbers: save an array of float32")
    return array


def _archive(path: Path, ports, names: tuple[str, ...]) -> Data:
    """An .npz: an array for each input, and labels if there are any."""
    arrays = read_archive(path)
    key = next((key for key in LABEL_KEYS if key in arrays), None)
    labels = None if key is None else arrays.pop(key)
    rows = []
    for port, name in zip(ports, names, strict=True):
        found = _key_of(arrays, name, len(ports), path)
        if not len(_numeric(arrays[found], f"{path}: {found}").reshape(-1)):
            raise ModelError(f"`{path}` holds no items")
        rows.append(_fitted(arrays[found], port, f"{path}: {found}"))
    counts = {len(array) for array in rows}
    if len(counts) > 1:
        raise ModelError(f"`{path}`: its arrays have {' and '.join(map(str, sorted(counts)))} items")
    items = tuple(lambda i=i: [array[i] for array in rows] for i in range(len(rows[0])))
    return Data(items, (path.name,) * len(items),
                () if labels is None else _labels(labels, len(items), key, path))


def _labels(array: np.ndarray, count: int, key: str, path: Path) -> tuple[str, ...]:
    if array.size != count or array.dtype.kind not in "iuU":
        raise ModelError(f"`{path}`: `{key}` is {array.dtype} of {'x'.join(map(str, array.shape))}, "
                         f"it needs one whole number or name for each of {count} items")
    return tuple(map(str, array.ravel()))


def _key_of(arrays: dict, name: str, count: int, path: Path) -> str:
    """Which array is that of an input."""
    if name in arrays:
        return name
    found = next((key for key in DATA_KEYS if key in arrays), None)
    found = found or (next(iter(arrays)) if len(arrays) == 1 else None)
    if found is None or count > 1:
        wanted = [name, "x"] if count == 1 and name != "x" else [name]
        raise ModelError(f"`{path}` has {_list(arrays) or 'no arrays'}: name the one for the "
                         f"model's input {' or '.join(f'`{key}`' for key in wanted)}")
    return found
