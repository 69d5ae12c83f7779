# SPDX-License-Identifier: MIT
"""Whether `tinyml fit` is right: each yes must run, each no must fail, on emulated boards.

    python3 tasks.py agree [--files] [--json] [BOARD ...]

For each model and board the heap is set around what the smallest plan needs: 4 KiB less, where fit
must say no, 1 KiB more, and 64 KiB more. What fit proposes is packed and runs its golden vectors.
With `--files` modules and model are not in ROMFS but on the RAM disk, so that all of the file is
copied into the heap, as on boards without ROMFS.
"""
import json
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tinyml.board import load_board
from tinyml.device import open_place
from tinyml.errors import DeviceError
from tinyml.fit.plans import Plans
from tinyml.fit.room import Room, room_of
from tinyml.fit.ways import try_way
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.remote import PYTHON_PARTS, Remote, built, choose_build, module_path

from .speed_rows import MODELS, SHARED
from .tables import print_row

BOARDS = ("m0", "m4f", "m33", "rv32")
MORE = {"hello": SHARED / "tflm/hello_world_int8.tflite",
        "person": SHARED / "tflm/person_detect.tflite",
        "nabu": SHARED / "microwakeword/okay_nabu.tflite",
        "in3": SHARED / "mcunet/mcunet-320kb-1mb_imagenet.tflite"}
ON_DISK = ("larger", "kws", "nabu")
HEAPS = {"4 KiB less": -4096, "1 KiB more": 1024, "64 KiB more": 65536}
DEFAULT_HEAP = 192 * 1024       # of an emulated board, where its free heap was measured
POOL, TABLES = 128, 3           # bytes of a heap that can be had, and those of the collector beside
SECONDS = 600
# Copies what lies in ROMFS, and then reads it through a disk that takes nothing of the heap, as
# those of real boards do. The boards' own one, in Python, leaves garbage behind at every block.
COPY = """\
import os
for name in os.listdir("/rom/cargo"):
    with open("/rom/cargo/" + name, "rb") as source, open("/" + name, "wb") as target:
        part = bytearray(512)
        size = source.readinto(part)
        while size:
            target.write(memoryview(part)[:size])
            size = source.readinto(part)
"""
DISK = """\
import emulated, gc, micropython, vfs
class Disk:
    def __init__(self):
        self.memory = emulated.ramdisk()
    @micropython.viper
    def readblocks(self, block: int, buffer, offset: int):
        source, target, size = ptr8(self.memory), ptr8(buffer), int(len(buffer))
        start = block * 4096 + offset
        i = 0
        while i < size:
            target[i] = source[start + i]
            i += 1
    def ioctl(self, request, _):
        return len(self.memory) // 4096 if request == 4 else 4096 if request == 5 else 0
    def writeblocks(self, block, buffer, offset=0):
        pass
vfs.umount("/")
vfs.mount(vfs.VfsLfs2(Disk(), readsize=64, progsize=64, lookahead=64), "/", readonly=True)
del Disk
gc.collect()
print(gc.mem_free())
"""
TEST = "import tinyml\nprint(*tinyml.load('model.tml').selftest())\n"


@dataclass(frozen=True)
class Judged:
    """What fit said, and what the board did, with so much free heap."""

    model: str
    board: str
    heap: str
    free: int
    fits: bool
    runs: bool

    @property
    def agrees(self) -> bool:
        return self.fits == self.runs


def models() -> dict[str, Path]:
    """Short name to file, of those that are there."""
    return {name: path for name, path in (MODELS | MORE).items() if path.exists()}


@cache
def plans(model: str) -> Plans:
    """Of a model, for all boards and heaps."""
    return Plans(models()[model])


def judge(model: str, board: str, on_disk: bool = False) -> list[Judged]:
    """A model on a board, with each of the heaps."""
    facts = room_of(load_board(board))
    if on_disk:
        facts = replace(facts, romfs_bytes=0)
    least = try_way(plans(model), Options(), _with_heap(facts, 0)).need.heap_bytes
    found = []
    for name, more in HEAPS.items():
        free = least + more
        said = try_way(plans(model), Options(), _with_heap(facts, free))
        file = pack(models()[model], options=said.options).file
        runs = (runs_on_disk if on_disk else runs_in_place)(board, file, free)
        found.append(Judged(model, board, name, free, said.fits, runs))
    return found


def _with_heap(room: Room, free: int) -> Room:
    return replace(room, heap_free=free, largest_free=free)


def heap_of(board: str, free: int) -> int:
    """The heap that an emulated board must have so that so much is free after start."""
    used = DEFAULT_HEAP * POOL // (POOL + TABLES) - load_board(board).ram_bytes
    return -(-(free + used) * (POOL + TABLES) // (POOL * 16)) * 16


def runs_in_place(board: str, file: bytes, free: int) -> bool:
    """Whether the golden vectors of a file in ROMFS are exact."""
    try:
        with Remote(board, file, heap_of(board, free)) as remote:
            exact, total = remote.selftest()
    except DeviceError:
        return False
    assert exact == total, f"{board}: a wrong result"
    return True


def runs_on_disk(board: str, file: bytes, free: int) -> bool:
    """The same of a file that is read into the heap, module and all."""
    arch = load_board(board).arch
    files = {name: built(name) for name in PYTHON_PARTS} | {
        "model.tml": file, "_tinyml.mpy": built(module_path(arch, choose_build(file)))}
    cargo = {f"cargo/{name}": data for name, data in files.items()}
    heap = heap_of(board, free)
    try:
        with open_place(board, heap, cargo) as place:
            place.run(COPY, SECONDS)
            place.reset()
            free_then = int(place.run(DISK))
        with open_place(board, heap + (free - free_then) // 16 * 16, cargo) as place:
            place.run(COPY, SECONDS)
            place.reset()
            place.run(DISK)
            exact, total = place.run(TEST, SECONDS).split()
    except DeviceError:
        return False
    assert exact == total, f"{board}: a wrong result"
    return True


def main(boards: list[str], words: set[str]) -> None:
    """A table, or a JSON list of its cells; the status is 1 if fit was wrong anywhere."""
    on_disk = "--files" in words
    names = [name for name in models() if not on_disk or name in ON_DISK]
    found = {(name, board): judge(name, board, on_disk) for name in names for board in boards}
    if "--json" in words:
        print(json.dumps([vars(one) | {"agrees": one.agrees}
                          for row in found.values() for one in row]))
    else:
        print_row(f"fit / board, free heap: {', '.join(HEAPS)}", *boards)
        print_row("---", *("---" for _ in boards))
        for name in names:
            print_row(name, *(", ".join(map(_cell, found[name, board])) for board in boards))
    sys.exit(not all(one.agrees for row in found.values() for one in row))


def _cell(one: Judged) -> str:
    said, did = "yes" if one.fits else "no", "runs" if one.runs else "fails"
    return f"{one.free}: {said}, {did}" + ("" if one.agrees else " **wrong**")


if __name__ == "__main__":
    main([word for word in sys.argv[1:] if not word.startswith("--")] or list(BOARDS),
         {word for word in sys.argv[1:] if word.startswith("--")})
