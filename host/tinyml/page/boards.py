# SPDX-License-Identifier: MIT
"""Whether plans fit the boards that are known."""
from tinyml.board import Board, list_boards, load_board
from tinyml.pack import Packed
from tinyml.page.facts import BoardRow, Need, Verdict


def board_rows(plans: list[Packed]) -> tuple[BoardRow, ...]:
    """All boards, and what each plan needs there."""
    return tuple(BoardRow(board.name, board.description, board.arch,
                          tuple(_verdict(packed, board) for packed in plans))
                 for board in map(load_board, list_boards()))


def _verdict(packed: Packed, board: Board) -> Verdict:
    ram = Need(packed.compiled.schedule.arena_bytes, board.ram_bytes)
    flash = Need(len(packed.file), board.flash_bytes)
    missing = [f"{need.needs - need.has:,} bytes of {what} too few"
               for what, need in (("RAM", ram), ("flash", flash)) if need.share > 1]
    seconds = packed.compiled.plan.cycles / board.clock_hz if board.clock_hz else None
    return Verdict(not missing, ram, flash, ", ".join(missing), seconds)
