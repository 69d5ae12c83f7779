# SPDX-License-Identifier: MIT
"""Whether a search finds more than hands do: Fashion-MNIST within two budgets, beside MobileNetV2 scaled
by hand and nets drawn by chance, all trained alike.

    python3 tasks.py search [--hours H | --epochs N] [--seeds N] [--items N] [--json] [small large]

`--items`: only so many of the training items, to see that it works. The folders build/search/NAME keep
what was done: a study that was ended goes on.
"""
import argparse
import json
import os
from dataclasses import replace
from pathlib import Path
from time import monotonic

from rich.console import Console

from tinyml.errors import TinymlError
from tinyml.search.budget import LONG_NAME
from tinyml.search.data import Dataset, read_dataset
from tinyml.search.effort import Effort
from tinyml.search.executor import make_executor
from tinyml.search.feasible import Budget
from tinyml.search.job import Job, search
from tinyml.search.output import write_results
from tinyml.search.size import notes_bytes
from tinyml.search.space_file import load_space
from tinyml.search.table import Row, figures, search_table

from .steps import ROOT, StepFailed

FOLDER = Path("/usr/share/datasets/fashion-mnist")     # of Debian's dataset-fashion-mnist
LABELS = ROOT / "examples/fashion/labels.txt"
BUDGETS = {"small": Budget(2048, 16 * 1024, 3_200_000, "m0", True),
           "large": Budget(8192, 64 * 1024, 20_000_000, "m0", True)}


def fashion(items: int | None = None) -> Dataset:
    """The photos; the test is whole unless fewer `items` are asked for. Raises StepFailed without them."""
    if not FOLDER.is_dir():
        raise StepFailed("Fashion-MNIST is missing: type `sudo apt-get install dataset-fashion-mnist`")
    data = replace(read_dataset(FOLDER), classes=tuple(LABELS.read_text().splitlines()))
    if items is None:
        return data
    return replace(data, **{name: getattr(data, name).take(slice(0, items))
                            for name in ("train", "validation", "test")})


def study(name: str, data: Dataset, asked: argparse.Namespace) -> tuple[list[Row], float]:
    """(rows, seconds) of a search within a budget."""
    folder = ROOT / "build/search" / (name if len(data.train.y) > 10_000 else f"{name}-few")
    folder.mkdir(parents=True, exist_ok=True)
    budget = replace(BUDGETS[name], notes=notes_bytes(LONG_NAME, data.classes))
    effort = Effort(asked.epochs, asked.seeds) if asked.epochs else None
    job = Job(data, budget, load_space("images"), folder, hours=asked.hours, workers=asked.workers,
              seeds=asked.seeds, effort=effort)
    start = monotonic()
    with make_executor("local", asked.workers) as executor:
        trained = search(job, executor)
    return write_results(folder, trained, data), monotonic() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BUDGETS, []], default=list(BUDGETS))
    parser.add_argument("--hours", type=float, default=1 / 3)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--items", type=int)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        data = fashion(asked.items)
        for name in asked.names or BUDGETS:
            rows, seconds = study(name, data, asked)
            if asked.json:
                print(json.dumps({"budget": name, "seconds": seconds} | figures(rows)))
            else:
                Console().print(search_table(rows, f"{name}: {seconds:.0f} s"))
    except (TinymlError, StepFailed) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
