# SPDX-License-Identifier: MIT
"""A model on a board: whether it fits, how, and if not the ways out, each tried."""
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import sqrt

from tinyml.board import load_boards
from tinyml.errors import FitError, TinymlError
from tinyml.fit.plans import OneFile, Plans
from tinyml.fit.room import Need, Room, need_of, room_of, ways_to_hold
from tinyml.options import Options
from tinyml.schedule import decode

TRIES = 4                       # plans made until one fits, each for less RAM than the one before


@dataclass(frozen=True)
class Way:
    """What else could be done: options that are changed, or a partition that the board gets."""

    words: str
    changes: dict = field(default_factory=dict)
    romfs: bool = False


# What costs least comes first.
WAYS = (
    Way("rows computed again: no --max-extra-macs", {"max_extra": None}),
    Way("rows fed: --feed rows", {"feed_rows": True}),
    Way("rows fed and computed again", {"feed_rows": True, "max_extra": None}),
    Way("weights paged: --paged", {"paged": True}),
    Way("weights paged, rows fed: --paged --feed rows", {"paged": True, "feed_rows": True}),
    Way("weights in place: firmware with a ROMFS partition", romfs=True),
    Way("weights in place, rows fed and computed again", {"feed_rows": True, "max_extra": None},
        romfs=True),
)


@dataclass(frozen=True)
class Tried:
    """One way, with the plan that needs least if none fits. `options` give its file. `short`:
    bytes of RAM or flash that are missing, none if it is not above 0."""

    words: str
    options: Options
    file: bytes
    need: Need
    short: int

    @property
    def fits(self) -> bool:
        return self.short <= 0


def try_way(plans: Plans | OneFile, options: Options, room: Room, words: str = "") -> Tried:
    """The plan that fits and is the fastest on the board's core, else the one that needs least. A plan
    that computes nothing again may do with the smaller module, so it comes first. Raises
    UnsupportedError, FitError."""
    closest, options = None, replace(options, core=room.core)
    for choice in dict.fromkeys((replace(options, max_extra=0), options)):
        for weights in ways_to_hold(room, options.paged):
            for asked in _ever_smaller(plans, choice, room, weights):
                file = plans.file(asked)
                need = need_of(file, room, weights)
                short = max(need.short(room), need.short_of_flash(room))
                tried = Tried(words, asked, file, need, short)
                if tried.fits:
                    return tried
                if closest is None or short < closest.short:
                    closest = tried
    return closest


def _ever_smaller(plans: Plans | OneFile, options: Options, room: Room, weights: str):
    """Options to be tried: of the fastest plan; if the smallest one fits, of the fastest that may;
    of the smallest."""
    def missing(asked: Options) -> int:
        return need_of(plans.file(asked), room, weights).short(room)

    yield options
    smallest = replace(options, goal="smallest")
    for _ in range(TRIES if missing(smallest) <= 0 else 0):
        ram = decode(plans.file(options)).arena_bytes - missing(options)
        options = replace(options, ram=ram)
        with suppress(FitError):
            plans.file(options)
            yield options
            continue
        break
    yield smallest


def ways_out(plans: Plans | OneFile, options: Options, room: Room) -> list[Tried]:
    """All other ways, those that fit first, the cheapest of them before the others."""
    found, asked = [], [(options, room)]
    for way in WAYS:
        changed = replace(options, **way.changes)
        other = replace(room, romfs_bytes=room.flash_free) if way.romfs and not room.romfs_bytes \
            else room
        if (changed, other) in asked or way.changes and plans.planned:
            continue
        asked.append((changed, other))
        with suppress(TinymlError):         # the model can't be fed
            found.append(try_way(plans, changed, other, way.words))
    return sorted(found, key=lambda tried: not tried.fits)


def smaller_input(plans: Plans | OneFile, tried: Tried, room: Room) -> tuple[int, int] | None:
    """Height and width of an image that would do: an estimate, arenas grow with the pixels."""
    arena = decode(tried.file).arena_bytes
    if not plans.image or not 0 < tried.need.short(room) < arena:
        return None
    factor = sqrt(1 - tried.need.short(room) / arena)
    height, width = (int(side * factor) for side in plans.image)
    return (height, width) if min(height, width) > 1 else None


def boards_for(file: bytes) -> list[str]:
    """The boards that can be bought and have room for the file, the smallest heap first."""
    found = []
    for room in (room_of(board) for board in load_boards() if not board.qemu):
        if room.has_module and any(_has_room(file, room, weights)
                                   for weights in ways_to_hold(room)):
            found.append((room.heap_free, room.name))
    return [name for _, name in sorted(found)]


def _has_room(file: bytes, room: Room, weights: str) -> bool:
    try:
        need = need_of(file, room, weights)
    except TinymlError:             # its module is not built here
        return False
    return need.short(room) <= 0 and need.short_of_flash(room) <= 0
