# SPDX-License-Identifier: MIT
"""A model on a page to look at: report."""
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Optional

import typer

from tinyml.cli.shared import (Feed, FeedKind, Labels, MaxExtra, Minimum, ModelFile, Ram, StageKind,
                               Stages, options_of)
from tinyml.files import write_file
from tinyml.options import Options


def report(model: ModelFile,
           output: Annotated[Optional[Path], typer.Option("-o", help="Default: MODEL.html")] = None,
           ram: Ram = None, minimum: Minimum = False, max_extra_macs: MaxExtra = None,
           stages: Stages = StageKind.auto, feed: Feed = FeedKind.image,
           compare: Annotated[Optional[str], typer.Option(
               metavar="OPTIONS", help="The plan to stand beside: options like those here, in "
               "quotes. Default: the smallest, or the fastest if this one is.")] = None,
           on: Annotated[Optional[str], typer.Option(help="Measure the ops there, too: host, an "
                                                     "emulated board or a serial port.")] = None,
           labels: Labels = None):
    """Write a page about a model: boards, memory over time, what is in RAM, ops, weights.

    One .html file that needs no other. Two plans stand side by side.
    """
    from tinyml.page import gather, render

    options = options_of(ram, minimum, max_extra_macs, stages, feed)
    page = render(gather(model, [options, _beside(options, compare)], labels, on))
    path = output or model.with_suffix(".html")
    write_file(path, page.encode())
    print(f"{path}: {len(page.encode()):,} bytes")


def _beside(options: Options, compare: str | None) -> Options:
    """The plan that is compared with."""
    if compare is None:
        other = "fastest" if options.goal == "smallest" else "smallest"
        return replace(options, goal=other, ram=None)
    parser = typer.Typer(add_completion=False)
    parser.command(context_settings={"help_option_names": []})(_plan)
    return typer.main.get_command(parser).main(compare.split(), "--compare", standalone_mode=False)


def _plan(ram: Ram = None, minimum: Minimum = False, max_extra_macs: MaxExtra = None,
          stages: Stages = StageKind.auto, feed: Feed = FeedKind.image) -> Options:
    return options_of(ram, minimum, max_extra_macs, stages, feed)
