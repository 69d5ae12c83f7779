# SPDX-License-Identifier: MIT
"""What a board has for a model, and what a model takes of it.

Bytes of the heap are those that MicroPython's collector counts. Where a number is Python's own, it
was measured on emulated boards, whole runs of many models: `python3 tasks.py agree` shows that
the sum is right within 4 KiB.
"""
from dataclasses import dataclass

from tinyml.board import Board, core_of, recognised
from tinyml.fit.timing import predicted_cycles
from tinyml.probe import MODULE_ARCHS, Probe
from tinyml.remote import PYTHON_PARTS, built, choose_build, module_path
from tinyml.schedule import decode

BLOCK = 16                      # bytes that the collector counts by
PYTHON = 10_000                 # objects, names, and what import leaves behind; bytecode in ROMFS
BYTECODE = 4_000                # more, where bytecode is read from a file
PORT = 290                      # an input, output or state as an object
LABEL = 24                      # a label as an object, without its text
PROGRAM = 1024                  # the least of a program that runs the model
IN_PLACE, IN_RAM, PAGED = "in place", "in RAM", "paged"         # where weights are
PAGES = 3_000                   # objects and bytecode that read pages
EXTRA = {IN_PLACE: 0, IN_RAM: BYTECODE, PAGED: BYTECODE + PAGES}


@dataclass(frozen=True)
class Room:
    """What a board has: by its facts, or found on it. `heap_free`: after start; `largest_free`:
    of that in one piece. `flash_free`: of the file system; `romfs_bytes`: of the partition where
    files are used in place, 0 if there is none."""

    name: str
    arch: str
    core: str                   # of the table of costs; it may not know it
    clock_hz: int | None
    heap_free: int
    largest_free: int
    flash_free: int
    romfs_bytes: int
    facts: str                  # where the numbers are from

    @property
    def has_module(self) -> bool:
        """Whether there is a module for its kind of CPU."""
        return self.arch in MODULE_ARCHS


def room_of(board: Board) -> Room:
    """By the facts of a board."""
    return Room(board.name, board.arch, core_of(board.arch, board), board.clock_hz, board.ram_bytes,
                board.largest_bytes or board.ram_bytes, board.flash_bytes, board.romfs_bytes or 0,
                board.facts)


def room_at(probe: Probe) -> Room:
    """As it was found; its clock is that of the known board that calls itself so."""
    known = recognised(probe.machine)
    return Room(known.name if known else probe.machine, probe.arch,
                core_of(probe.arch, known),
                known.clock_hz if known else None, probe.heap_free, probe.largest_free,
                probe.flash_free, probe.romfs_bytes, "found on the board")


@dataclass(frozen=True)
class Need:
    """What a file takes on a board. `heap`: (what, bytes); `pieces`: those that must be in one
    piece."""

    build: str                  # of the module
    weights: str                # IN_PLACE, IN_RAM or PAGED
    heap: tuple[tuple[str, int], ...]
    pieces: tuple[int, ...]
    flash: int
    cycles: int | None

    @property
    def heap_bytes(self) -> int:
        return sum(size for _, size in self.heap)

    def short(self, room: Room) -> int:
        """Bytes of the heap that are missing; none if it is not above 0. Where it is in pieces,
        nobody knows how large the others are: what is more than half of them all must share the
        largest."""
        half = (room.heap_free - room.largest_free) / 2
        return max(self.heap_bytes - room.heap_free,
                   sum(piece for piece in self.pieces if piece > half) - room.largest_free)

    def short_of_flash(self, room: Room) -> int:
        return self.flash - (room.romfs_bytes if self.weights == IN_PLACE else room.flash_free)


def ways_to_hold(room: Room, paged: bool = False) -> tuple[str, ...]:
    """Where weights may be, the best first. `paged`: the plan has pages."""
    if paged:
        return (PAGED,)
    return (IN_PLACE, IN_RAM) if room.romfs_bytes else (IN_RAM,)


def overhead(room: Room, weights: str, labels: tuple[str, ...]) -> int:
    """Bytes of the heap that every net of convolutions takes besides its arena and its file: one
    input, one output."""
    module = _blocks(len(built(module_path(room.arch, "core"))))
    return module + PYTHON + 2 * PORT + _label_bytes(labels) + EXTRA[weights] + PROGRAM


def need_of(file: bytes, room: Room, weights: str) -> Need:
    """The arithmetic of a `.tml` file on a board."""
    schedule, build = decode(file), choose_build(file)
    module = _blocks(len(built(module_path(room.arch, build))))     # and a little more than its code
    parts = sum(len(built(name)) for name in PYTHON_PARTS)
    rows = sum(_row_bytes(schedule, port) for port in schedule.ports if port["kind"] == 2)
    python = PYTHON + PORT * len(schedule.ports) + _label_bytes(schedule.labels) + rows
    held = (("file, in RAM", _blocks(len(file))),) if weights == IN_RAM else (
        ("head of the file", _blocks(len(file) - len(schedule.data))),) if weights == PAGED else ()
    heap = ((f"module, {build}", module),
            ("Python's part", python + EXTRA[weights]), *held,
            ("arena", _blocks(schedule.arena_bytes)), ("a program", PROGRAM))
    pieces = (module, *(size for _, size in held), _blocks(schedule.arena_bytes))
    return Need(build, weights, heap, pieces, module + parts + len(file),
                predicted_cycles(schedule, room.core))


def _row_bytes(schedule, port: dict) -> int:
    ring = schedule.rings[port["ring"]]
    return _blocks(ring["width"] * ring["channels"])


def _label_bytes(labels: tuple[str, ...]) -> int:
    """As objects, and twice as the text that they are cut from."""
    sizes = [len(label.encode()) + 1 for label in labels]
    return sum(LABEL + _blocks(size) for size in sizes) + 2 * _blocks(sum(sizes))


def _blocks(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
