# SPDX-License-Identifier: MIT
"""Models and modules on boards: deploy, install."""
from contextlib import contextmanager
from typing import Annotated, Optional

import typer

from tinyml.cli.shared import (AnyFile, Feed, FeedKind, Json, Labels, MaxExtra, Minimum, Ram,
                               Shape, StageKind, Stages, options_of, print_result, shapes_of)

Board = Annotated[str, typer.Option(help="A serial port (/dev/ttyACM0, COM3), or an emulated board "
                                    "for a trial.")]
Romfs = Annotated[bool, typer.Option("--romfs", help="Into the ROMFS partition: weights are used "
                                     "where they lie. Other files in it stay.")]
Heap = Annotated[Optional[int], typer.Option(help="Heap of an emulated board, bytes.")]


def install(on: Board,
            core: Annotated[bool, typer.Option("--core", help="The small build: what convolutional "
                                               "nets need.")] = False,
            romfs: Romfs = False, heap: Heap = None, as_json: Json = False):
    """Copy our modules to a board: those for its processor, where import finds them.

    What is there already is not copied again.
    """
    from tinyml.deploy import install as install_modules
    from tinyml.terminal import deploy_table

    with _bars() as watch:
        figures = install_modules(on, core, romfs, heap, watch).figures()
    print_result(figures if as_json else deploy_table(figures), as_json)


def deploy(file: AnyFile, on: Board,
           name: Annotated[Optional[str], typer.Option(help="Of the file on the board. Default: "
                                                       "FILE.tml")] = None,
           romfs: Romfs = False, labels: Labels = None, ram: Ram = None, minimum: Minimum = False,
           max_extra_macs: MaxExtra = None, stages: Stages = StageKind.auto,
           feed: Feed = FeedKind.image, shape: Shape = None, heap: Heap = None,
           as_json: Json = False):
    """Copy a model to a board, with our modules where they are missing; test and time it there.

    A model that is no .tml is packed for the board's free heap. The new file takes its name only
    when its golden vectors are exact on the board: there is always the old model, none or the new
    one. What is there already is not copied again.
    """
    from tinyml.deploy import deploy as deploy_model
    from tinyml.terminal import deploy_table

    options = options_of(ram, minimum, max_extra_macs, stages, feed)
    with _bars() as watch:
        deployed = deploy_model(file, on, options, labels, romfs, name, heap, watch,
                                shapes_of(shape))
    figures = deployed.figures()
    print_result(figures if as_json else deploy_table(figures), as_json)


@contextmanager
def _bars():
    """What makes a bar for each file that is sent, on a terminal's stderr."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:
        def watch(name: str, size: int):
            bar = bars.add_task(name, total=size)
            return lambda count: bars.advance(bar, count)
        yield watch
