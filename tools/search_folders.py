# SPDX-License-Identifier: MIT
"""Searches as users do them: a folder of files becomes a packed model, which answers on an emulated
board. There, items are made by what the search left beside the model, and by nothing else.

    python3 tasks.py search [--hours H] [--own FOLDER] [--json] motion words

`--own`: people's recordings, to be heard beside the voices of `words`. The folders build/search/NAME keep
what was done: what was ended goes on.
"""
import argparse
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from tinyml.cli import app
from tinyml.data import spread
from tinyml.errors import TinymlError
from tinyml.inputs import read_item
from tinyml.model import Model
from tinyml.quantize.wav import Frontend
from tinyml.remote import Remote
from tinyml.search.data.folders import Asked

from .motion_folder import write_motion
from .steps import ROOT, StepFailed
from .words_folder import write_words


@dataclass(frozen=True)
class Task:
    """`write` puts files into a folder, and people's own if there are any; `asked`: so many of the test's
    items are for the board."""

    write: Callable[[Path, Path | None], None]
    board: str
    limits: tuple[str, ...]
    hours: float
    asked: int
    note: str = ""


TASKS = {"motion": Task(lambda folder, own: write_motion(folder), "m0",
                        ("--ram", "4096", "--flash", "32768", "--cycles", "2000000"), 0.05, 40),
         "words": Task(write_words, "m4f", ("--ram", "16384", "--flash", "65536", "--cycles", "20000000"),
                       0.2, 24, "a check of the pipeline, not an accuracy: these are espeak-ng's voices")}


@dataclass(frozen=True)
class Told:
    """`right` of `items` of the whole test, in int8 on this machine. On the board, of `asked` items,
    `right_there`, and answered as here to the byte: `same`."""

    name: str
    right: int
    items: int
    board: str
    asked: int
    right_there: int
    same: int
    note: str

    def __str__(self) -> str:
        return (f"{self.name}: {self.right}/{self.items} of the test. On {self.board}: {self.right_there}/"
                f"{self.asked}, {self.same} answered with the same bytes as here."
                + (f" {self.note.capitalize()}." if self.note else ""))


def folder_study(name: str, hours: float | None, own: Path | None, as_json: bool) -> None:
    """Prints how a task goes: files, a search, and the board."""
    task, folder = TASKS[name], ROOT / "build/search" / (f"{name}-own" if own else name)
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    task.write(data, own)
    say = ["--json"] if as_json else []
    call_tinyml("search", "--data", data, "--board", task.board, *task.limits, "--hours",
                hours or task.hours, "-o", folder, *say)
    call_tinyml("deploy", folder / "best.tml", "--on", task.board, *say)
    test = sorted(path for path in (data / "test").rglob("*.*") if path.is_file())
    best = json.loads((folder / "table.json").read_text())["best"]
    paths = spread(test, task.asked)
    told = Told(name, round(best["test"] * len(test)), len(test), task.board, len(paths),
                *on_board(folder, paths, task.board), task.note)
    print(json.dumps(asdict(told)) if as_json else told)


def call_tinyml(*words) -> None:
    """The command line, as from a terminal."""
    app([str(word) for word in words], standalone_mode=False)


def on_board(folder: Path, paths: list[Path], board: str) -> tuple[int, int]:
    """(right answers, answers that are the same bytes as here) of best.tml on a board."""
    file = (folder / "best.tml").read_bytes()
    told = json.loads((folder / "input.json").read_text())
    labels = (folder / "labels.txt").read_text().split()
    with Model(file) as model:
        port = model.ports(0)[0]
        items = [read_item(numbers_of(path, told).reshape(port.shape), port) for path in paths]
        here = [bytes(model.run(item)) for item in items]
    with Remote(board, file) as place:
        there = [ran.outputs[0] for ran in place.run(items)]
    answers = [labels[np.frombuffer(one, np.int8).argmax()] for one in there]
    right = sum(answer == path.parent.name for answer, path in zip(answers, paths))
    return right, sum(one == other for one, other in zip(here, there))


def numbers_of(path: Path, told: dict) -> np.ndarray:
    """(rows, channels) of a recording, made as input.json says."""
    if told["frontend"]:
        rows = Frontend(**told["frontend"])(path, Asked((1, *told["sides"], told["shape"][2])))[:, 0]
    else:
        rows = np.loadtxt(path, np.float32, delimiter=",", skiprows=1)
    if told["resampled_to"]:
        held, wanted = told["sides"][0], told["resampled_to"][0]
        places = (np.arange(wanted) + 0.5) * held / wanted - 0.5
        rows = np.stack([np.interp(places, np.arange(held), channel) for channel in rows.T], 1)
    return np.float32((rows * told["scale"] - told["mean"]) / told["std"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", choices=TASKS)
    parser.add_argument("--hours", type=float)
    parser.add_argument("--own", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        for name in asked.names:
            folder_study(name, asked.hours, asked.own, asked.json)
    except (TinymlError, StepFailed) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
