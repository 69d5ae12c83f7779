# SPDX-License-Identifier: MIT
"""Will a model run on a board? Yes or no, with the arithmetic: what `tinyml fit` does."""
from dataclasses import dataclass
from pathlib import Path

from tinyml.board import Board
from tinyml.device import open_place
from tinyml.errors import DeviceError, FitError
from tinyml.fit.plans import Plans, plans_of
from tinyml.fit.room import Need, Room, room_at, room_of
from tinyml.fit.ways import Tried, boards_for, smaller_input, try_way, ways_out
from tinyml.options import Options
from tinyml.pack import KNOWN, Shapes, within
from tinyml.probe import probe
from tinyml.schedule import decode

__all__ = ["Fit", "Room", "fit", "options_for", "room_here", "room_of"]


@dataclass(frozen=True)
class Fit:
    """`tried`: as it was asked for. Where it doesn't fit: the other ways, an input that would do
    (height, width), boards that would."""

    model: str
    room: Room
    tried: Tried
    ways: tuple[Tried, ...] = ()
    input: tuple[int, int] | None = None
    boards: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        return self.tried.fits

    def figures(self) -> dict:
        """For --json."""
        need = self.tried.need
        return {"model": self.model, "board": self.room.name, "facts": self.room.facts,
                **_told(self.tried, self.room),
                "heap": [{"what": what, "bytes": size} for what, size in need.heap],
                "heap_free": self.room.heap_free, "largest_free": self.room.largest_free,
                "flash_bytes": need.flash, "flash_free": self.room.flash_free,
                "romfs_bytes": self.room.romfs_bytes,
                "ways": [{"way": way.words, **_told(way, self.room)} for way in self.ways],
                "smaller_input": self.input, "boards": list(self.boards)}


def _told(tried: Tried, room: Room) -> dict:
    """What is told of each way."""
    need, schedule = tried.need, decode(tried.file)
    return {"fits": tried.fits, "short_bytes": max(0, tried.short), "needs_bytes": need.heap_bytes,
            "build": need.build, "weights": need.weights, "arena_bytes": schedule.arena_bytes,
            "file_bytes": len(tried.file), "cycles": need.cycles, "seconds": seconds(need, room)}


def seconds(need: Need, room: Room) -> float | None:
    """Of one run; None if the clock or the core is not known."""
    return need.cycles / room.clock_hz if need.cycles and room.clock_hz else None


def fit(path: Path, room: Room, options: Options = Options(), shapes: Shapes = KNOWN) -> Fit:
    """Tries a model on a board, packed as the options say; if it doesn't fit, all else as well.

    Raises ModelError, UnsupportedError, ScheduleError; DeviceError if there is no module for it.
    """
    if not room.has_module:
        raise DeviceError(f"`{room.name}`: there is no module for {room.arch} yet: nothing runs "
                          "there")
    plans = plans_of(path, options, shapes)
    tried = try_way(plans, options, room)
    if tried.fits:
        return Fit(plans.name, room, tried)
    ways = tuple(ways_out(plans, options, room))
    least = min((tried, *ways), key=lambda way: way.need.heap_bytes)
    return Fit(plans.name, room, tried, ways, smaller_input(plans, tried, room),
               tuple(boards_for(least.file)))


def options_for(path: Path, board: Board, options: Options, shapes: Shapes = KNOWN) -> Options:
    """What a model is packed with for a board: the plan that is the fastest there, of those that it
    has room for. Raises FitError if there is none. Where there is no module to reckon with, the heap is the limit."""
    room, plans = room_of(board), Plans(path, shapes)
    try:
        tried = try_way(plans, options, room)
    except DeviceError:
        return within(options, board)
    if not tried.fits:
        raise FitError(f"`{plans.name}` needs {tried.short} bytes more than `{board.name}` has: "
                       f"`tinyml fit {path} --board {board.name}` tells the ways out")
    return tried.options


def room_here(place: str) -> Room:
    """What a board on a cable, or an emulated one, has at this moment."""
    with open_place(place) as opened:
        found = probe(opened)
    if found.problem:
        raise DeviceError(found.problem)
    return room_at(found)
