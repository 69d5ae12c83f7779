# SPDX-License-Identifier: MIT
"""Schedules made and shown: pack, quantize, show."""
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Optional

import typer

from tinyml.cli.shared import (AnyFile, BoardName, Feed, FeedKind, Json, Labels, MaxExtra,
                               Minimum, ModelFile, Paged, Plot, Ram, Shape, ShortSteps, StageKind,
                               Stages, options_of, print_result, shapes_of)
from tinyml.files import write_file
from tinyml.options import Options

RangeKind = Enum("RangeKind", {name: name for name in ("minmax", "percentile", "mse")}, type=str)


def pack(model: ModelFile,
         output: Annotated[Optional[Path], typer.Option("-o", help="Default: MODEL.tml")] = None,
         board: BoardName = None, ram: Ram = None, minimum: Minimum = False,
         max_extra_macs: MaxExtra = None, stages: Stages = StageKind.auto,
         feed: Feed = FeedKind.image, paged: Paged = False, short_steps: ShortSteps = False,
         frontier: Annotated[bool, typer.Option("--frontier", help="Show every plan worth "
                                                "knowing, and write nothing.")] = False,
         plot: Plot = None,
         labels: Labels = None, shape: Shape = None,
         as_json: Json = False):
    """Pack a model into a .tml schedule: memory planned, weights laid out, golden vectors inside.

    With --board: the plan that is the fastest there, of those that it has the RAM for.
    """
    from tinyml.board import load_board
    from tinyml.pack import pack as pack_model
    from tinyml.terminal import pack_table

    facts = load_board(board) if board else None
    options = options_of(ram, minimum, max_extra_macs, stages, feed, paged, short_steps)
    _require_picture(plot)
    if frontier:
        _show_frontier(model, options, facts, plot, shapes_of(shape), as_json)
        return
    if facts:
        from tinyml.fit import options_for
        options = options_for(model, facts, options, shapes_of(shape))
    packed = pack_model(model, labels, options, shapes=shapes_of(shape))
    write_file(output or model.with_suffix(".tml"), packed.file)
    figures = packed.figures()
    print_result(figures if as_json else pack_table(figures, facts), as_json)
    if plot:
        from tinyml.charts import memory_picture
        _draw(plot, memory_picture(model, packed.compiled, shapes_of(shape)))


def _show_frontier(model: Path, options: Options, board, plot: Path | None, shapes,
                   as_json: bool):
    from tinyml.charts import frontier_picture
    from tinyml.pack import plan_frontier
    from tinyml.terminal import frontier_table

    points = plan_frontier(model, options, board, shapes)
    print_result(points if as_json else frontier_table(model.stem, points, board), as_json)
    if plot:
        _draw(plot, frontier_picture(model.stem, points, board))


def _require_picture(plot: Path | None) -> None:
    if plot:
        from tinyml.picture import require_picture
        require_picture(plot)


def _draw(path: Path, scene) -> None:
    from tinyml.errors import TinymlError
    from tinyml.picture import write_picture

    try:
        write_picture(path, scene)
    except OSError as error:
        raise TinymlError(f"`{path}` cannot be written: {error.strerror}") from None


def quantize(model: Annotated[Path, typer.Argument(metavar="MODEL", help="A float32 .onnx or .tflite "
                                                   "file.")],
             data: Annotated[Optional[Path], typer.Option(help="Typical inputs: a folder of "
                             "pictures, .npy, .csv or .wav, or one .npz (x and, if "
                             "known, y).")] = None,
             labels: Annotated[Optional[Path], typer.Option(help="The right answer to each item: "
                               "one per line, or name,answer.")] = None,
             names: Annotated[Optional[Path], typer.Option(help="Names of the classes, one per "
                              "line.")] = None,
             calibrate: Annotated[int, typer.Option(min=1, help="Items that ranges are found on, "
                                                    "evenly from all classes.")] = 100,
             ranges: Annotated[Optional[RangeKind], typer.Option(help="Default: what is "
                               "best.")] = None,
             equalise: Annotated[Optional[bool], typer.Option(help="Bring channels to one size. "
                                 "Default: if it is better.")] = None,
             correct_biases: Annotated[Optional[bool], typer.Option(help="Make up for rounded "
                                       "weights. Default: if it is better.")] = None,
             scale: Annotated[str, typer.Option(help="Data is multiplied by it first: 1/255 makes "
                                                "pixels 0 ... 1.")] = "1",
             mean: Annotated[str, typer.Option(help="Then subtracted; several for channels: "
                                               "0.5,0.5,0.5")] = "0",
             std: Annotated[str, typer.Option(help="Then divided by.")] = "1",
             frontend: Annotated[Optional[Path], typer.Option(help="A .toml that says what the model is "
                                 "given of a .wav.")] = None,
             output: Annotated[Optional[Path], typer.Option("-o", help="Default: MODEL.tml")] = None,
             board: BoardName = None, ram: Ram = None, minimum: Minimum = False,
             max_extra_macs: MaxExtra = None, stages: Stages = StageKind.auto,
             feed: Feed = FeedKind.image, paged: Paged = False, shape: Shape = None, as_json: Json = False):
    """Quantise a float model to int8 on typical data, and pack it.

    Tells how much accuracy is lost, and where.
    """
    from tinyml.board import load_board
    from tinyml.quantize import require_packages
    require_packages()
    from tinyml.quantize.choose import Ways
    from tinyml.quantize.files import quantise_file
    from tinyml.quantize.source import Source, preparation

    facts = load_board(board) if board else None
    source = Source(data, labels, names, calibrate, preparation(scale, mean, std),
                    frontend)
    with _progress(as_json) as tell:
        result = quantise_file(model, source, Ways(ranges and ranges.value, equalise, correct_biases),
                               options_of(ram, minimum, max_extra_macs, stages, feed, paged), facts,
                               shapes_of(shape), tell)
    write_file(output or model.with_suffix(".tml"), result.packed.file)
    _show_quantised(result, facts, as_json)


@contextmanager
def _progress(silent: bool):
    """A function that shows a line while work goes on, where there is a terminal."""
    from rich.console import Console

    if silent:
        yield lambda line: None
        return
    with Console().status("reading") as status:
        yield status.update


def _show_quantised(result, facts, as_json: bool) -> None:
    from tinyml.quantize.report import quantise_report
    from tinyml.terminal import pack_table

    figures = result.figures()
    if not as_json:
        print_result(quantise_report(result), False)
    print_result(figures if as_json else pack_table(figures, facts), as_json)


def show(file: AnyFile):
    """Show a schedule: header, steps and what they mean, and the arena at every step."""
    from tinyml.charts import schedule_chart
    from tinyml.pack import read_schedule
    from tinyml.picture import memory_text
    from tinyml.schedule import decode, text

    schedule = decode(read_schedule(file))
    print(text(schedule), memory_text(schedule_chart(schedule)), sep="\n\n")
