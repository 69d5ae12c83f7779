# SPDX-License-Identifier: MIT
"""A model on a board: copied so that nothing breaks, tested there, timed. What `tinyml deploy` does.

The new model proves itself under a temporary name. Only then it takes the place of the old one.
"""
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tinyml.deploy.files import Watch, commit, discard, silent, stage
from tinyml.deploy.modules import (NATIVE, build_for, module_files, require_modules, to_flash,
                                   to_rom)
from tinyml.deploy.rom import ROM
from tinyml.deploy.room import arena_limit, arena_of, require_room
from tinyml.device import Place, open_place
from tinyml.errors import DeviceError, FitError
from tinyml.options import Options
from tinyml.pack import pack, read_schedule
from tinyml.probe import Probe, probe
from tinyml.remote import SECONDS_PER_ITEM

_TRY = """\
import gc, time
gc.collect()
free = gc.mem_free()
import tinyml
m = tinyml.load({path!r})
exact, vectors = m.selftest()
p = m.ports(0)[0]
t = time.ticks_us()
if p.fed:
    for _ in range(p.bytes // p.row_bytes):
        m.feed(p.row)
else:
    m.run()
t = time.ticks_diff(time.ticks_us(), t)
gc.collect()
print(exact, vectors, t, free - gc.mem_free(), gc.mem_free())
"""


@dataclass(frozen=True)
class Tried:
    """How a model did on the board. `heap_used`: by modules, file and arena; bytes."""

    exact: int
    vectors: int
    microseconds: int
    heap_used: int
    heap_free: int


@dataclass(frozen=True)
class Deployed:
    """What is on the board now. `tried`: None if only modules were installed."""

    found: Probe
    build: str
    path: str | None
    sent: dict[str, int]        # paths of files, bytes; 0: it was there already
    seconds: float              # of copying
    file_bytes: int = 0
    arena_bytes: int = 0
    tried: Tried | None = None

    def figures(self) -> dict:
        """For --json."""
        found = self.found
        told = {"on": found.place, "machine": found.machine, "arch": found.arch,
                "micropython": ".".join(map(str, found.version)), "build": self.build,
                "sent": self.sent, "seconds": round(self.seconds, 3)}
        if self.tried:
            told |= {"path": self.path, "file_bytes": self.file_bytes,
                     "arena_bytes": self.arena_bytes, **asdict(self.tried)}
        return told


def install(on: str, core: bool = False, romfs: bool = False, heap: int | None = None,
            watch: Watch = silent) -> Deployed:
    """Our modules on a board. Raises DeviceError, FitError, BoardError."""
    with open_place(on, heap) as place:
        found = probe(place)
        require_modules(found)
        build = "core" if core else "full"
        begun = time.monotonic()
        sent = (to_rom if romfs else to_flash)(place, found, module_files(found, build), watch)
        seconds = time.monotonic() - begun
        place.reset()
        place.run("import tinyml")
        return Deployed(found, build, None, sent, seconds)


def deploy(file: Path, on: str, options: Options = Options(), labels: Path | None = None,
           romfs: bool = False, name: str | None = None, heap: int | None = None,
           watch: Watch = silent) -> Deployed:
    """A `.tml`, or a model packed for the board, with our modules as far as they are missing.

    Raises DeviceError, FitError, BoardError, ModelError, UnsupportedError, ScheduleError.
    """
    with open_place(on, heap) as place:
        found = probe(place)
        require_modules(found)
        schedule = _schedule_for(found, file, options, labels, romfs)
        build = build_for(found, schedule)
        name = name or f"{file.stem}.tml"
        modules = module_files(found, build)
        require_room(found, len(modules.get(NATIVE, b"")), romfs, schedule)
        begun = time.monotonic()
        if romfs:
            sent = to_rom(place, found, modules | {name: schedule}, watch)
            seconds = time.monotonic() - begun
            tried = _try(place, ROM + name)
        else:
            sent = to_flash(place, found, modules, watch)
            staged = stage(place, {name: schedule}, watch)
            seconds = time.monotonic() - begun
            tried = _try_and_commit(place, name, staged)
            sent |= {name: len(schedule) if staged else 0}
        return Deployed(found, build, ROM + name if romfs else name, sent, seconds, len(schedule),
                        arena_of(schedule), tried)


def _schedule_for(found: Probe, file: Path, options: Options, labels: Path | None,
                  romfs: bool) -> bytes:
    """A `.tml` as it is; a model packed for what the board's heap has left beside all the rest."""
    if file.suffix == ".tml":
        return read_schedule(file)
    native = len(module_files(found, "full").get(NATIVE, b""))

    def packed(file_bytes: int) -> bytes:
        limit = arena_limit(found, native, romfs, file_bytes)
        ram = limit if options.ram is None else min(limit, options.ram)
        return pack(file, labels, replace(options, ram=ram)).file

    schedule = packed(0)
    if not romfs and arena_of(schedule) > arena_limit(found, native, romfs, len(schedule)):
        with suppress(FitError):        # require_room tells more of it
            schedule = packed(len(schedule))
    return schedule


def _try_and_commit(place: Place, name: str, staged: dict[str, str]) -> Tried:
    try:
        tried = _try(place, staged.get(name, name))
        commit(place, staged)
        return tried
    except BaseException:
        discard(place, staged)
        raise


def _try(place: Place, path: str) -> Tried:
    """Runs the golden vectors of a file on the board, started anew, and one inference for its time.

    Raises DeviceError if one of them is not exact.
    """
    place.reset()
    tried = Tried(*map(int, place.run(_TRY.format(path=path), SECONDS_PER_ITEM).split()))
    if tried.exact != tried.vectors:
        raise DeviceError(f"`{place.name}`: only {tried.exact} of {tried.vectors} golden vectors of "
                          f"`{path}` are exact there: please report it, with the board's name")
    return tried
