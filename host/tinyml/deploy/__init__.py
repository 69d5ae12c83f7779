# SPDX-License-Identifier: MIT
"""A model on a board: copied so that nothing breaks, tested there, timed. What `tinyml deploy` does.

The new model proves itself under a temporary name. Only then it takes the place of the old one.
"""
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tinyml.deploy.files import Watch, commit, discard, silent, stage
from tinyml.deploy.modules import build_for, module_files, require_board, to_flash, to_rom
from tinyml.deploy.rom import ROM
from tinyml.deploy.room import pack_for, require_room, room_for
from tinyml.device import Place, open_place
from tinyml.errors import DeviceError
from tinyml.options import Options
from tinyml.pack import KNOWN, Shapes, read_schedule
from tinyml.probe import Probe, probe
from tinyml.remote import LOAD, SECONDS_PER_ITEM
from tinyml.schedule import decode

_FREE = "import gc\ngc.collect()\nprint(gc.mem_free())"
_TRY = LOAD + """\
import gc, time
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
print(exact, vectors, t, gc.mem_free())
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
        require_board(found, romfs)
        build = "core" if core else "full"
        begun = time.monotonic()
        sent = (to_rom if romfs else to_flash)(place, found, module_files(found, build), watch)
        seconds = time.monotonic() - begun
        place.reset()
        place.run("import tinyml")
        return Deployed(found, build, None, sent, seconds)


def deploy(file: Path, on: str, options: Options = Options(), labels: Path | None = None,
           romfs: bool = False, name: str | None = None, heap: int | None = None,
           watch: Watch = silent, shapes: Shapes = KNOWN) -> Deployed:
    """A `.tml`, or a model packed for the board, with our modules as far as they are missing.
    `shapes` are those of inputs whose sizes a model file leaves open.

    Raises DeviceError, FitError, BoardError, ModelError, UnsupportedError, ScheduleError.
    """
    with open_place(on, heap) as place:
        found = probe(place)
        require_board(found, romfs)
        room = room_for(found, romfs)
        schedule = (read_schedule(file) if file.suffix == ".tml" else
                    pack_for(room, file, labels, options, shapes))
        build = build_for(found, room, require_room(room, found.romfs_bytes, file, schedule))
        modules = module_files(found, build)
        name = name or f"{file.stem}.tml"
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
                        decode(schedule).arena_bytes, tried)


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
    free = int(place.run(_FREE))
    loading = {"path": path, "how": ""}
    place.run(LOAD.format(**loading), SECONDS_PER_ITEM)     # as in a program: nothing large before it
    *told, left = map(int, place.run(_TRY.format(**loading), SECONDS_PER_ITEM).split())
    tried = Tried(*told, free - left, left)
    if tried.exact != tried.vectors:
        raise DeviceError(f"`{place.name}`: only {tried.exact} of {tried.vectors} golden vectors of "
                          f"`{path}` are exact there: please report it, with the board's name")
    return tried
