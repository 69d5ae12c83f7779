# SPDX-License-Identifier: MIT
"""What commands share: options, and how results are printed and written."""
import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer

from tinyml.files import write_file
from tinyml.options import STAGES, Options

StageKind = Enum("StageKind", {name: name for name in STAGES}, type=str)
FeedKind = Enum("FeedKind", {"image": "image", "rows": "rows"}, type=str)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
BoardName = Annotated[Optional[str], typer.Option("--board", help="Name from `tinyml boards`.")]
Ram = Annotated[Optional[int], typer.Option(min=0, help="Most bytes that the arena may have.")]
Minimum = Annotated[bool, typer.Option("--minimum", help="The smallest arena instead of the "
                                       "fastest plan.")]
MaxExtra = Annotated[Optional[float], typer.Option(
    "--max-extra-macs", min=0, metavar="PERCENT", help="Most products computed again; 0: none.")]
Stages = Annotated[StageKind, typer.Option(help="For study: the only kind of plan to consider.")]
Feed = Annotated[FeedKind, typer.Option(help="rows: the input comes row by row, it is never held.")]
Paged = Annotated[bool, typer.Option("--paged", help="Weights may be read from the file while the model "
                                     "runs: the arena has room for them.")]
ShortSteps = Annotated[bool, typer.Option("--short-steps", help="For m.steps(): no piece takes much longer "
                                          "than half a million instructions.")]
Plot = Annotated[Optional[Path], typer.Option(help="Draw the memory over time, or with --frontier "
                                              "the curve: .svg or .png.")]
ModelFile = Annotated[Path, typer.Argument(metavar="MODEL", help="A quantised .tflite or .onnx file.")]
AnyFile = Annotated[Path, typer.Argument(metavar="FILE", help="A .tml, or a model to be packed.")]
Place = Annotated[str, typer.Option(help="host, unix, unix-new, an emulated board (m0 m3 m4f m7 m33 "
                                    "rv32), or a serial port.")]
Shape = Annotated[Optional[list[str]], typer.Option(
    "--shape", metavar="NAME=1,3,224,224", help="Sizes of an input that an .onnx file leaves open; "
    "NAME= only where there are several.")]
Labels = Annotated[Optional[Path], typer.Option(help="One label per line.")]


def options_of(ram, minimum: bool, max_extra_macs, stages: StageKind, feed: FeedKind,
               paged: bool = False, short_steps: bool = False) -> Options:
    """What the planner is asked for."""
    return Options(ram, "smallest" if minimum else "fastest", max_extra_macs, stages.value,
                   feed == FeedKind.rows, paged, short_steps)


def shapes_of(texts: list[str] | None) -> dict[str, tuple[int, ...]]:
    """What --shape says, by the names of inputs."""
    from tinyml.errors import ModelError

    shapes = {}
    for text in texts or ():
        name, _, sizes = text.rpartition("=")
        try:
            shapes[name] = tuple(map(int, sizes.split(",")))
        except ValueError:
            shapes[name] = (0,)
        if min(shapes[name]) < 1:
            raise ModelError(f"--shape `{text}` must be whole numbers with commas between, such as "
                             "input=1,3,224,224")
    return shapes


def print_result(what, as_json: bool) -> None:
    """On stdout, as JSON or for people."""
    if as_json:
        print(json.dumps(what))
    else:
        from rich.console import Console
        Console().print(what)


def write_array(path: Path, array) -> None:
    from io import BytesIO

    import numpy as np

    content = BytesIO()
    np.save(content, array)
    write_file(path, content.getvalue())


def watched(items: list):
    """The items, with a bar on a terminal's stderr that says how far they are."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(items, "", console=console, transient=True, disable=not console.is_terminal)
