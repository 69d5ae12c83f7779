# SPDX-License-Identifier: MIT
"""Readings of sensors over time (.csv), cut into windows.

Either a folder for each class of recordings with a column for each channel; or one table with a header,
a column `label` (or `class`) and, if it is known, one that says whose a row is.
"""
from itertools import groupby
from pathlib import Path

import numpy as np

from tinyml.errors import ModelError
from tinyml.search.data.arrays import GROUP_KEYS
from tinyml.search.data.folders import Item
from tinyml.search.data.found import Found
from tinyml.search.data.items import MOTION
from tinyml.tables import read_rows

LABELS = "label", "labels", "class", "activity"      # `y` is an axis
IGNORED = ("time", "timestamp", "t")    # columns that aren't readings
WINDOW = 128                    # rows, or as many as the shortest recording has


def read_recordings(items: list[Item], window: int | None) -> Found:
    """Files in folders of classes; a recording belongs together."""
    tables = [_table(item.path) for item in items]
    recordings = [(_reals(rows, header, item.path), item.word, item.part, item.group or str(item.path))
                  for item, (header, rows) in zip(items, tables)]
    return _windows(recordings, window, items[0].path.parent)


def read_long_table(path: Path, window: int | None) -> Found:
    """One file; rows of one class and person that follow each other are a recording."""
    header, rows = _table(path)
    label = next((name for name in header if name in LABELS), None)
    if label is None:
        raise ModelError(f"`{path}` has no column named `label`, and a header is needed that says so")
    whose = next((name for name in header if name in GROUP_KEYS), None)
    at = [header.index(name) for name in (label, whose) if name]
    recordings = []
    for number, (key, part) in enumerate(groupby(rows, lambda row: [row[1][i].strip() for i in at])):
        group = key[1] if whose else str(number)
        recordings.append((_reals(list(part), header, path), key[0], "", group))
    return _windows(recordings, window, path)


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """(names of columns, numbered rows); without a header, columns have numbers for names."""
    rows = read_rows(path)
    wrong = next((number for number, row in rows if len(row) != len(rows[0][1])), None)
    if wrong:
        raise ModelError(f"`{path}` line {wrong} has another number of columns than those before")
    try:
        list(map(float, rows[0][1]))
        return [str(i) for i in range(len(rows[0][1]))], rows
    except ValueError:
        return [name.strip().lower() for name in rows[0][1]], rows[1:]


def _reals(rows, header: list[str], path: Path) -> np.ndarray:
    """The channels, row by row."""
    used = [i for i, name in enumerate(header) if name not in (*LABELS, *GROUP_KEYS, *IGNORED)]
    try:
        return np.array([[float(row[i]) for i in used] for _, row in rows], np.float32)
    except ValueError as error:
        raise ModelError(f"`{path}`, line {rows[0][0]} and on: {error}") from None


def _windows(recordings: list, window: int | None, where: Path) -> Found:
    """Windows that overlap by half."""
    shortest = min(len(readings) for readings, *_ in recordings)
    window = window or min(WINDOW, shortest)
    if len({readings.shape[1] for readings, *_ in recordings}) > 1:
        raise ModelError(f"`{where}`: recordings have several numbers of channels")
    found = [(readings[start:start + window], *about) for readings, *about in recordings
             for start in range(0, len(readings) - window + 1, max(1, window // 2))]
    if not found or window < 2:
        raise ModelError(f"`{where}`: no recording has {window} rows: see --window")
    x = np.stack([readings for readings, *_ in found])[:, :, None]
    return Found(MOTION, x, *(tuple(one[i] for one in found) for i in (1, 2, 3)))
