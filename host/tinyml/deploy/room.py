# SPDX-License-Identifier: MIT
"""What the heap of a board has room for: the arithmetic of `tinyml fit`, on what was found there."""
from dataclasses import replace
from pathlib import Path

from tinyml.errors import FitError
from tinyml.fit.plans import Plans
from tinyml.fit.room import IN_PLACE, Need, Room, need_of, room_at, ways_to_hold
from tinyml.fit.ways import try_way
from tinyml.options import Options
from tinyml.pack import KNOWN, Shapes, pack
from tinyml.probe import Probe
from tinyml.schedule import decode

FOR_THE_USER = 10               # the share of the heap that is left if possible: one part of so many
HOLES = 12288                   # left by modules that are imported from a file; measured: up to 10 KB


def room_for(found: Probe, romfs: bool) -> Room:
    """Of a board as it was found. Its flash is looked after when files are copied: some of them
    may be there already."""
    return replace(room_at(found), name=found.place, flash_free=found.flash_bytes,
                   romfs_bytes=found.romfs_bytes if romfs else 0)


def pack_for(room: Room, path: Path, labels: Path | None, options: Options,
             shapes: Shapes = KNOWN) -> bytes:
    """The fastest plan that leaves a share of the heap to the user's program; with its weights in the
    file if need be. Else the one that needs least."""
    spare = room.heap_free // FOR_THE_USER + (0 if room.romfs_bytes else HOLES)
    less, plans = replace(room, heap_free=room.heap_free - spare), Plans(path, shapes)
    tried = try_way(plans, options, less)
    if not tried.fits and not room.romfs_bytes:
        paged = try_way(plans, replace(options, paged=True), less)
        tried = min(tried, paged, key=lambda way: way.short)
    return pack(path, labels, tried.options, shapes=shapes).file


def require_room(room: Room, romfs_bytes: int, path: Path, file: bytes) -> Need:
    """What a file takes on a board. Raises FitError, with the arithmetic, if it is too much."""
    has_pages = any(name == "page" for name, _ in decode(file).steps)
    ways = ways_to_hold(room) + (ways_to_hold(room, True) if has_pages else ())
    needs = [need_of(file, room, weights) for weights in ways]
    need = min(needs, key=lambda need: need.short(room))
    if (short := need.short(room)) <= 0:
        return need
    way = ""
    if not room.romfs_bytes and len(file) < romfs_bytes and need_of(file, room, IN_PLACE).short(
            room) <= 0:
        way = "with --romfs it fits; "
    told = ", ".join(f"{what} {size}" for what, size in need.heap)
    raise FitError(f"`{room.name}`: {short} bytes of heap are missing ({told}; {room.heap_free} are "
                   f"free, {room.largest_free} in one piece): {way}`tinyml fit {path} --on "
                   f"{room.name}` tells the ways out")
