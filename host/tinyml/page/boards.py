# SPDX-License-Identifier: MIT
"""Whether plans fit the boards that are known: the arithmetic of `tinyml fit`."""
from tinyml.board import load_boards
from tinyml.errors import DeviceError
from tinyml.fit import Room, room_of, seconds
from tinyml.fit.room import IN_PLACE, Need, need_of, ways_to_hold
from tinyml.page.facts import BoardRow, Filled, Verdict


def board_rows(files: list[bytes]) -> tuple[BoardRow, ...]:
    """All boards, emulated ones last, and what each plan's file needs there."""
    boards = sorted(load_boards(), key=lambda board: (bool(board.qemu), board.name))
    return tuple(BoardRow(board.name, board.description, board.facts, tuple(
        _verdict(file, room_of(board)) for file in files)) for board in boards)


def _verdict(file: bytes, room: Room) -> Verdict:
    if not room.has_module:
        return Verdict(False, None, None, f"there is no module for {room.arch}", None)
    try:
        needs = [need_of(file, room, weights) for weights in ways_to_hold(room)]
    except DeviceError as error:        # modules that nobody has built
        return Verdict(False, None, None, str(error), None)
    need = min(needs, key=lambda need: max(0, need.short(room), need.short_of_flash(room)))
    flash = room.romfs_bytes if need.weights == IN_PLACE else room.flash_free
    why = _why(need, room)
    return Verdict(not why, Filled(need.heap_bytes, room.heap_free), Filled(need.flash, flash), why,
                   seconds(need, room))


def _why(need: Need, room: Room) -> str:
    """What is missing; nothing if all is there."""
    lacks = []
    if need.short(room) > 0:
        piece = "" if need.heap_bytes > room.heap_free else " in one piece"
        lacks.append(f"{need.short(room):,} bytes of RAM too few{piece}")
    if need.short_of_flash(room) > 0:
        lacks.append(f"{need.short_of_flash(room):,} bytes of flash too few")
    return ", ".join(lacks)
