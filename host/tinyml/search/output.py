# SPDX-License-Identifier: MIT
"""What is left in a folder for the user: the packed model, its labels, how its input is made, the net to
be trained on, and all that was tried as a table and a picture."""
import json
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from tinyml.files import write_file
from tinyml.picture import write_picture
from tinyml.search.data.items import Dataset
from tinyml.search.job import Trained, best_of, file_of
from tinyml.search.net import Net
from tinyml.search.picture import search_scene
from tinyml.search.table import Row, figures
from tinyml.search.work import ENDINGS


def rows_of(trained: list[Trained], clock_hz: int | None = None) -> list[Row]:
    """One for each net, with the accuracies of all its trainings."""
    groups = defaultdict(list)
    for one in trained:
        groups[one.kind, one.name].append(one)
    return [_row(group, clock_hz) for group in groups.values()]


def _row(group: list[Trained], clock_hz: int | None) -> Row:
    first = group[0]
    validation, test = (tuple(one.figures[part] for one in group) for part in ("validation", "test"))
    size, cycles = max(one.figures["file_bytes"] for one in group), first.figures["cycles"]
    return Row(first.name, first.kind, validation, test, first.figures["arena_bytes"], size, cycles,
               first.figures["products"], cycles / clock_hz if clock_hz else None)


def write_results(folder: Path, trained: list[Trained], data: Dataset,
                  clock_hz: int | None = None) -> list[Row]:
    """best.tml and what belongs to it, table.json, picture.svg."""
    best, rows = best_of(trained), rows_of(trained, clock_hz)
    files = {ending: file_of(folder, best.task.key + ending) for ending in ENDINGS}
    write_model(folder, "best", files, data, best.task.net)
    table = figures(rows) | {"best": {"name": best.name, "kind": best.kind, **best.figures}}
    write_file(folder / "table.json", (json.dumps(table, indent=1) + "\n").encode())
    write_picture(folder / "picture.svg", search_scene(rows))
    return rows


def write_model(folder: Path, name: str, files: dict[str, bytes], data: Dataset, net: Net) -> None:
    """NAME.tml and what else a worker gave, labels.txt, input.json."""
    for ending, content in files.items():
        write_file(folder / (name + ending), content)
    write_file(folder / "labels.txt", "".join(f"{label}\n" for label in data.classes).encode())
    write_file(folder / "input.json", (json.dumps(input_of(data, net), indent=1) + "\n").encode())


def input_of(data: Dataset, net: Net) -> dict:
    """How numbers become the model's input: (number * scale - mean) / std. `sides`: height and width of
    an item as it was read; `resampled_to`: those of the model, if they are others."""
    sides, wanted = list(data.shape[:2]), list(net.input[:2])
    return {"kind": data.kind, "sides": sides, "resampled_to": wanted if wanted != sides else None,
            "shape": list(net.input), **asdict(data.prepare),
            "frontend": data.frontend and asdict(data.frontend)}
