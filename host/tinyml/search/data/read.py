# SPDX-License-Identifier: MIT
"""Whatever a user has, as a Dataset."""
from collections import Counter
from pathlib import Path

from tinyml.errors import ModelError
from tinyml.quantize.wav import Frontend
from tinyml.search.data.arrays import read_idx_folder, read_npz
from tinyml.search.data.folders import (PICTURE_KINDS, SOUND_KINDS, items_below, read_pictures,
                                        read_sounds)
from tinyml.search.data.found import Found, dataset_of
from tinyml.search.data.items import IMAGES, Dataset
from tinyml.search.data.motion import read_long_table, read_recordings

TABLES = {".csv"}
SIZE = 64                       # pixels of a picture's sides, unless the user says otherwise


def read_dataset(path: Path, seed: int = 0, size: tuple[int, int] | None = None,
                 window: int | None = None, frontend: Frontend | None = None,
                 usual: tuple[int, int] = (SIZE, SIZE)) -> Dataset:
    """`size`: pictures are resized to that height and width, those in files without it to the
    `usual` one; `window`: rows of readings of one item;
    `frontend`: what a model is given of a sound. Raises ModelError if it can't be read, or is too
    little."""
    data = dataset_of(_found(path, size or usual, window, frontend), seed, path)
    return data.at(size) if size and data.kind == IMAGES else data


def _found(path: Path, size, window, frontend) -> Found:
    if path.suffix == ".npz":
        return read_npz(path)
    if path.suffix == ".csv":
        return read_long_table(path, window)
    if not path.is_dir():
        raise ModelError(f"`{path}` is no data: give a folder with one for each class, an .npz with `x` and "
                         "`y`, or a .csv with a column `label`")
    idx = read_idx_folder(path)
    if idx:
        return idx
    items = items_below(path, PICTURE_KINDS | SOUND_KINDS | TABLES)
    counts = Counter(_kind(item.path) for item in items)
    if len(counts) != 1:
        what = " and ".join(sorted(counts)) or "no pictures, sounds or tables in folders of classes"
        raise ModelError(f"`{path}` holds {what}: it needs a folder for each class, of one kind of files")
    if "pictures" in counts:
        return read_pictures(items, size)
    return read_sounds(items, frontend) if "sounds" in counts else read_recordings(items, window)


def _kind(path: Path) -> str:
    suffix = path.suffix.lower()
    return "pictures" if suffix in PICTURE_KINDS else "sounds" if suffix in SOUND_KINDS else "tables"
