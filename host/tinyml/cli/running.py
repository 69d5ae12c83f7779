# SPDX-License-Identifier: MIT
"""Models run: run, bench, profile, selftest."""
from pathlib import Path
from typing import Annotated, Optional

import typer

from tinyml.cli.shared import (AnyFile, Feed, FeedKind, Json, MaxExtra, Minimum, Place, Ram,
                               StageKind, Stages, options_of, print_result, write_array)


def run(file: AnyFile,
        input: Annotated[Path, typer.Option(help="A .npy array (or a batch), or a picture.")],
        output: Annotated[Optional[Path], typer.Option(help="Write the output to this .npy.")] = None,
        on: Place = "host",
        heap: Annotated[Optional[int], typer.Option(help="Heap of an emulated board, bytes.")] = None,
        top: Annotated[int, typer.Option(min=1, help="Classes to print.")] = 3,
        as_json: Json = False):
    """Run a model on an input: one inference, or one for each row of a batch."""
    from tinyml.run import run_file
    from tinyml.terminal import answer_table

    result = run_file(file, input, on, heap, top)
    if output:
        write_array(output, result.array)
    print_result(result.figures() if as_json else answer_table(result.answers), as_json)


def bench(file: AnyFile,
          on: Annotated[str, typer.Option(help="An emulated board: m0 m3 m4f m7 m33 rv32.")],
          ram: Ram = None, minimum: Minimum = False, max_extra_macs: MaxExtra = None,
          stages: Stages = StageKind.auto, feed: Feed = FeedKind.image, as_json: Json = False):
    """Count the instructions of one whole run, Python included, and of each op.

    The board's own clock counts them, so the number is the same every time.
    """
    from tinyml.bench import bench_file
    from tinyml.terminal import bench_table

    measured = bench_file(file, on, options_of(ram, minimum, max_extra_macs, stages, feed))
    figures = measured.figures()
    print_result(figures if as_json else bench_table(figures), as_json)


def profile(file: AnyFile, on: Place = "host",
            ram: Ram = None, minimum: Minimum = False, max_extra_macs: MaxExtra = None,
            stages: Stages = StageKind.auto, feed: Feed = FeedKind.image, as_json: Json = False):
    """Show where the time of a run goes, and name the op that costs most.

    Instructions on emulated boards, microseconds on real ones and here.
    """
    from tinyml.profile import profile_file
    from tinyml.terminal import profile_table

    measured = profile_file(file, on, options_of(ram, minimum, max_extra_macs, stages, feed))
    print_result(measured.figures() if as_json else profile_table(measured), as_json)


def selftest(file: AnyFile, on: Place = "host", as_json: Json = False):
    """Run the golden vectors of a .tml: the status is 0 if all outputs are exact."""
    from tinyml.run import selftest_file

    exact, vectors = selftest_file(file, on)
    if as_json:
        print_result({"on": on, "exact": exact, "vectors": vectors}, True)
    else:
        print(f"{exact} of {vectors} golden vectors exact on {on}")
    raise typer.Exit(0 if exact == vectors > 0 else 1)
