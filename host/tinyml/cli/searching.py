# SPDX-License-Identifier: MIT
"""Networks found and trained: search, train."""
import os
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Annotated, Optional

import typer

from tinyml.cli.shared import BoardName, Feed, FeedKind, Json, Ram, print_result

EVERY = 0.5                     # seconds between two looks at how far it is
ENDED = 130                     # exit status that shells know as Ctrl-C's

DataPath = Annotated[Path, typer.Option("--data", help="A folder with one of pictures, .wav or .csv for each "
                                        "class, an .npz with x and y, or a .csv with a column `label`.")]
Flash = Annotated[Optional[int], typer.Option(min=1, help="Most bytes of the file. Default: what the board "
                                              "has.")]
Ms = Annotated[Optional[float], typer.Option(min=0, help="Most milliseconds of a run.")]
Cycles = Annotated[Optional[int], typer.Option(min=1, help="Most cycles of a run, for boards without a known "
                                               "clock.")]
Size = Annotated[Optional[str], typer.Option(metavar="HxW", help="Pictures are resized to it. Default: their "
                                             "own in arrays, 64x64 of files.")]
Window = Annotated[Optional[int], typer.Option(min=2, help="Rows of readings that are one item. Default: 128, "
                                               "or what the shortest recording has.")]
Frontend = Annotated[Optional[Path], typer.Option(help="A .toml that says what the model is given of a .wav. "
                                                  "Default: 40 mel energies each 20 ms.")]
Flip = Annotated[bool, typer.Option(help="Whether a mirrored picture shows the same; not so of letters.")]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same result.")]


def search(data: DataPath, board: BoardName,
           output: Annotated[Path, typer.Option("-o", help="Folder of what is found, and of the journal.")],
           ram: Ram = None, flash: Flash = None, ms: Ms = None, cycles: Cycles = None,
           hours: Annotated[float, typer.Option(min=0.001, help="How long it may take.")] = 0.33,
           epochs: Annotated[Optional[int], typer.Option(min=1, help="Times that each training sees all data, "
                                                         "in place of what --hours allow.")] = None,
           engine: Annotated[str, typer.Option(help="local, or ray, or ray://HOST:PORT.")] = "local",
           workers: Annotated[Optional[int], typer.Option(min=1, help="Default: one for each core.")] = None,
           space: Annotated[Optional[str], typer.Option(help="A space of nets by name, or a .toml. Default: "
                                                        "what suits the data.")] = None,
           seeds: Annotated[int, typer.Option(min=1, help="Trainings of the best of each kind, of which "
                                                "the mean is told.")] = 1,
           feed: Feed = FeedKind.image, size: Size = None, window: Window = None,
           frontend: Frontend = None, flip: Flip = True, seed: Seed = 0, as_json: Json = False):
    """Find the best network for data and a board: architecture and memory plan together.

    It may take all bytes that the board leaves, unless --ram or --flash say less.
    Leaves best.tml, best.tflite, labels.txt, input.json (how its input is made), table.json and
    picture.svg. A search that was ended goes on when it is called again.
    """
    _require_packages()
    from tinyml.board import load_board
    from tinyml.search.budget import budget_for
    from tinyml.search.effort import Effort
    from tinyml.search.executor import make_executor
    from tinyml.search.job import Job, search as search_for
    from tinyml.search.output import write_results
    from tinyml.search.space_file import load_space
    from tinyml.search.table import figures, search_table
    from tinyml.search.train.recipe import Recipe

    facts = load_board(board)
    found = _read(data, seed, size, window, frontend)
    budget = budget_for(facts, found.classes, ram, flash, cycles, ms, feed == FeedKind.rows)
    workers = workers or os.cpu_count() or 1
    job = Job(found, budget, load_space(space or _space_for(found)), output, seed, hours, workers, seeds,
              Effort(epochs, seeds) if epochs else None, Recipe(flip=flip))
    with _interrupted(output), make_executor(engine, workers) as executor, _shown(as_json) as watch:
        trained = search_for(job, executor, watch)
    rows = write_results(output, trained, found, facts.clock_hz)
    print_result(figures(rows) if as_json else search_table(rows, f"{data.name} on {board}"), as_json)


def train(net: Annotated[str, typer.Argument(metavar="NET", help="An .npz that `search` or `train` left, or the "
                                             "name of a published network, such as mbv2-w0.35-r144.")],
          data: DataPath, board: BoardName,
          output: Annotated[Path, typer.Option("-o", help="Folder of the trained model.")],
          ram: Ram = None, flash: Flash = None,
          epochs: Annotated[Optional[int], typer.Option(min=1, help="Times that all data are seen.")] = None,
          scratch: Annotated[bool, typer.Option("--scratch", help="What the net knows is not used.")] = False,
          feed: Feed = FeedKind.image,
          size: Annotated[Optional[str], typer.Option(metavar="HxW", help="Pictures are resized to it. Default: "
                          "as the net has it; a published network takes arrays as they are.")] = None,
          window: Window = None, frontend: Frontend = None, flip: Flip = True, seed: Seed = 0, as_json: Json = False):
    """Train a net that was found on other data or classes, or a published one from scratch; quantise it
    and pack it.

    Leaves model.tml, model.tflite, model.npz, labels.txt and input.json.
    """
    _require_packages()
    from tinyml.board import load_board
    from tinyml.search.tune import Tuning, tune

    asked = Tuning(load_board(board), ram, flash, feed == FeedKind.rows, epochs, scratch, flip)
    with _shown(as_json) as watch:
        done = tune(net, data, output, asked, seed, watch, size=_sides(size),
                    window=window, frontend=_frontend(frontend))
    print_result(done if as_json else _told(done), as_json)


def _told(done: dict) -> str:
    return (f"accuracy {100 * done['test']:.1f} % in int8, {100 * done['float_test']:.1f} % in float32, on "
            f"items it has never seen; arena {done['arena_bytes']:,} bytes, file {done['file_bytes']:,} bytes")


def _require_packages() -> None:
    from tinyml.quantize import require_packages
    from tinyml.search.train import require_torch

    require_torch()
    require_packages()


def _read(data: Path, seed: int, size: str | None, window: int | None, frontend: Path | None):
    from tinyml.search.data import read_dataset

    return read_dataset(data, seed, _sides(size), window, _frontend(frontend))


def _sides(size: str | None) -> tuple[int, int] | None:
    from tinyml.errors import ModelError

    if size is None:
        return None
    try:
        sides = tuple(int(side) for side in size.split("x"))
    except ValueError:
        sides = ()
    if len(sides) != 2 or min(sides) < 1:
        raise ModelError(f"--size `{size}` must be height and width, such as 48x64")
    return sides


def _frontend(path: Path | None):
    from tinyml.quantize.wav import read_frontend

    return read_frontend(path) if path else None


def _space_for(data) -> str:
    return "sequences" if data.shape[1] == 1 else "images"


@contextmanager
def _interrupted(output: Path):
    """Ctrl-C is an end like others, of which it is said how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"tinyml: ended; what was done is kept in `{output}`: the same command goes on", err=True)
        raise typer.Exit(ENDED) from None


@contextmanager
def _shown(silent: bool):
    """A function that is given a Progress and shows it, with the time that is left, while work goes on."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if silent or not console.is_terminal:
        yield lambda progress: None
        return
    ended, threads = Event(), []
    with Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
                  TimeRemainingColumn(), console=console, transient=True) as bars:
        bar = bars.add_task("", total=1.0)

        def watch(progress) -> None:
            def look():
                while not ended.wait(EVERY):
                    bars.update(bar, completed=progress.share, description=progress.stage)
            threads.append(Thread(target=look, daemon=True))
            threads[-1].start()
        try:
            yield watch
        finally:
            ended.set()
            for thread in threads:
                thread.join()
