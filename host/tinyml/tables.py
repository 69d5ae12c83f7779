# SPDX-License-Identifier: MIT
"""Tables of numbers (.csv) as items of a model."""
import csv
from math import prod
from pathlib import Path

import numpy as np

from tinyml.errors import ModelError


def read_table(path: Path, shape: tuple[int, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    """The items, and labels where there is a column for them: each row is an item, or an item and
    its class, or so many rows with a column for each channel are one. A first row of words is a
    header. Raises ModelError if it can't be read or does not fit."""
    rows = read_rows(path)
    columns, whole = len(rows[0][1]), prod(shape)
    for number, row in rows:
        if len(row) != columns:
            raise ModelError(f"`{path}` line {number} has {len(row)} columns, those before have "
                             f"{columns}")
    labelled = columns == whole + 1
    if _reals(rows[0][1][:columns - labelled]) is None:
        del rows[0]
    if not rows:
        raise ModelError(f"`{path}` holds no items: only a header")
    features = [_reals(row[:columns - labelled]) for _, row in rows]
    for (number, _), values in zip(rows, features):
        if values is None:
            raise ModelError(f"`{path}` line {number} is not a row of numbers: all columns must be, "
                             f"but the last of {whole + 1}")
    high = 1 if labelled else whole // columns
    if columns - labelled not in (whole, shape[-1]) or len(rows) < high:
        raise ModelError(f"`{path}` has {len(rows)} rows of {columns}, the model's input is "
                         f"{'x'.join(map(str, shape))}: give rows of {whole}, of {whole + 1} with the "
                         f"class in the last, or at least {whole // shape[-1]} of {shape[-1]}")
    count = len(rows) // high
    table = np.array(features[:count * high], np.float32).reshape(count, *shape)
    return table, tuple(row[-1].strip() for _, row in rows) if labelled else ()


def read_rows(path: Path) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, with their numbers. Raises ModelError if it can't be read or there
    are none."""
    try:
        rows = [(number, row) for number, row in
                enumerate(csv.reader(path.read_text().splitlines()), 1) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ModelError(f"`{path}` is not a readable .csv: {error}") from None
    if not rows:
        raise ModelError(f"`{path}` holds no items: it is empty")
    return rows


def _reals(row: list[str]) -> list[float] | None:
    try:
        return [float(value) for value in row]
    except ValueError:
        return None
