# SPDX-License-Identifier: MIT
"""Whether a model fits a board: fit; and which boards are known: boards."""
from dataclasses import asdict
from typing import Annotated, Optional

import typer

from tinyml.cli.shared import (AnyFile, BoardName, Feed, FeedKind, Json, MaxExtra, Minimum, Paged,
                               Shape, StageKind, Stages, options_of, print_result, shapes_of)


def fit(file: AnyFile, board: BoardName = None,
        on: Annotated[Optional[str], typer.Option(help="A serial port or an emulated board, which "
                                                  "is asked what it has.")] = None,
        minimum: Minimum = False, max_extra_macs: MaxExtra = None,
        stages: Stages = StageKind.auto, feed: Feed = FeedKind.image, paged: Paged = False,
        shape: Shape = None,
        as_json: Json = False):
    """Tell whether a model fits a board, with the arithmetic; and if not, the ways out.

    The status is 0 if it fits as the options say, 1 if it does not.
    """
    from tinyml.board import load_board
    from tinyml.fit import fit as fit_file, room_here, room_of
    from tinyml.terminal import fit_table

    if (board is None) == (on is None):
        raise typer.BadParameter("give a board's name with --board, or where it is with --on")
    room = room_of(load_board(board)) if board else room_here(on)
    options = options_of(None, minimum, max_extra_macs, stages, feed, paged)
    found = fit_file(file, room, options, shapes_of(shape))
    figures = found.figures()
    print_result(figures if as_json else fit_table(figures), as_json)
    raise typer.Exit(0 if found.fits else 1)


def boards(as_json: Json = False):
    """List the boards that are known, emulated ones included, with the ports where they may be."""
    from tinyml.board import load_boards
    from tinyml.device import plugged_in
    from tinyml.probe import MODULE_ARCHS
    from tinyml.terminal import boards_table

    here = plugged_in()
    known = [asdict(board) | {"has_module": board.arch in MODULE_ARCHS,
                              "ports": [port for port, usb in here if usb in board.usb]}
             for board in load_boards()]
    print_result(known if as_json else boards_table(known), as_json)
