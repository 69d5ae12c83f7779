# SPDX-License-Identifier: MIT
"""Runs a schedule somewhere else: on a board, an emulated board, or a unix port."""
from binascii import unhexlify
from dataclasses import dataclass

from tinyml.board import load_board
from tinyml.device import is_port, open_place
from tinyml.errors import DeviceError, FitError
from tinyml.format import step_named
from tinyml.model import Model
from tinyml.schedule import decode
from tinyml.shipped import shipped

BUILT = shipped("build/mpy")
PYTHON_PARTS = ("tinyml.mpy", "tinyml_statuses.mpy", "tinyml_paging.mpy")
UNIX = ("unix", "unix-new")
PLACES = ("host", *UNIX, "m0", "m3", "m4f", "m7", "m33", "rv32")
PYTHON_HEAP = 64 * 1024         # what Python, the module and the input file need beside the arena
SECONDS_PER_ITEM = 600
LOAD = """\
if "m" not in globals():
    import tinyml
    m = tinyml.load({path!r}{how})
"""
# Flat, so that a small heap has room for what the compiler needs.
BEGIN = LOAD + """\
import binascii, time
def tell(t):
    print(t, *[binascii.hexlify(out).decode() for out in m.outputs])
f = open({inputs!r}, "rb")
"""
RUN = BEGIN + """\
while f.readinto(m.inputs[0]):
    for buffer in m.inputs[1:]:
        f.readinto(buffer)
    t = time.ticks_us()
    m.run()
    tell(time.ticks_diff(time.ticks_us(), t))
"""
ROW = "m.ports(0)[0].row"
FEED = BEGIN + """\
t, rows = 0, {rows}
n = f.readinto(rows)
while n:
    start = time.ticks_us()
    done = m.feed(rows[:n])
    t += time.ticks_diff(time.ticks_us(), start)
    if done:
        tell(t)
        t = 0
    n = f.readinto(rows)
"""
SELFTEST = LOAD + "print(*m.selftest())\n"


@dataclass(frozen=True)
class Ran:
    """One inference: the bytes of every output, and the microseconds it took there."""

    outputs: tuple[bytes, ...]
    microseconds: int


class Remote:
    """A place with our module and one schedule on it.

    On emulated boards and unix ports the files lie in ROMFS, so weights are used in place; on a
    real board, or `over_cable`, they are copied to its file system. `files`: more of them, which
    may be read into the heap. `build`: which build of the native module; None: the smallest that
    has all steps. Raises DeviceError, FitError.
    """

    def __init__(self, name: str, file: bytes, heap: int | None = None, over_cable: bool = False,
                 files: dict[str, bytes] = {}, build: str | None = None, paged: bool = False):
        with Model(file) as model:
            self._program = FEED if model.ports(0)[0].fed else RUN
            self._remembers = model.info["state_bytes"] > 0
            needed = model.info["arena_bytes"] + PYTHON_HEAP
        needed += sum(3 * len(content) for content in files.values())
        files = {**{name: built(name) for name in PYTHON_PARTS}, "model.tml": file, **files}
        over_cable = over_cable or is_port(name)
        self.build = build or choose_build(file)
        if over_cable:
            self.place = open_place(name)
        else:
            heap = heap or _heap(name, needed, len(file))
            files["_tinyml.mpy"] = built(module_path(_arch(name), self.build))
            self.place = open_place(name, heap, rom=files)
        self.loading = {"path": "model.tml" if over_cable else "/rom/model.tml",
                        "how": ", paged=True" if paged else ""}
        try:
            if over_cable:
                files["_tinyml.mpy"] = built(module_path(self.place.arch, self.build))
                for path, content in files.items():
                    self.place.put(path, content)
            # First of all: later, what Python leaves on its heap would cut the arena's room in two.
            self.place.run(LOAD.format(**self.loading))
        except BaseException:
            self.place.close()
            raise

    def run(self, items: list[bytes], rows: int = 1) -> list[Ran]:
        """One inference per item; an item is all inputs, one after the other, or the image that is
        fed, `rows` of it in a call. Of a model that remembers, all go there at once: some places
        begin anew with every program."""
        ran = []
        for given in [b"".join(items)] if self._remembers else items:
            self.place.put("inputs.bin", given)
            ran += self.run_there("inputs.bin", rows, len(items) if self._remembers else 1)
        return ran

    def run_there(self, path: str, rows: int = 1, items: int = 1) -> list[Ran]:
        """The same for `items` that are in a file there. On a heap that the model fills there is no
        room for the programs that write one."""
        program = self._program.format(**self.loading, inputs=path, rows=ROW if rows == 1 else
                                       f"memoryview(bytearray({rows} * len({ROW})))")
        lines = self.place.run(program, SECONDS_PER_ITEM * items).splitlines()
        return [Ran(tuple(map(unhexlify, outputs)), int(time))
                for time, *outputs in map(str.split, lines)]

    def time(self, item: bytes, rows: int = 1, rounds: int = 2) -> int:
        """Microseconds of the shortest of some runs, one after the other. The first in a program
        takes longer: Python looks names up that it remembers then."""
        self.place.put("inputs.bin", item * rounds)
        return min(ran.microseconds for ran in self.run_there("inputs.bin", rows, rounds))

    def selftest(self) -> tuple[int, int]:
        """(golden vectors that were exact, golden vectors in the file)"""
        exact, total = self.place.run(SELFTEST.format(**self.loading), SECONDS_PER_ITEM).split()
        return int(exact), int(total)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.place.close()


def _arch(name: str) -> str:
    return "x64" if name in UNIX else load_board(name).arch


def choose_build(file: bytes) -> str:
    """The smallest build of the module that has all steps of a schedule."""
    return "core" if all(step_named(name).core for name, _ in decode(file).steps) else "full"


def module_path(arch: str, build: str = "full") -> str:
    """Where the native module of an architecture is, below build/mpy."""
    return f"{arch}/_tinyml.mpy" if build == "full" else f"{arch}/{build}/_tinyml.mpy"


def built(name: str) -> bytes:
    """A module, by its name below build/mpy. Raises DeviceError if it is not there."""
    path = BUILT / name
    if not path.exists():
        raise DeviceError(f"`{path.name}` for this board is not built: type "
                          "`python3 tasks.py build`")
    return path.read_bytes()


def _heap(name: str, needed: int, file_bytes: int) -> int | None:
    """The heap that an emulated board needs for the model; None if its usual one will do."""
    if name in UNIX:
        return max(needed + 4 * file_bytes, 1 << 20)    # the ROM is read into it, in growing pieces
    board = load_board(name)
    if needed <= board.ram_bytes:
        return None
    if needed > board.heap_bytes_max:
        raise FitError(f"`{name}` has at most {board.heap_bytes_max} bytes of heap, the model "
                       f"needs {needed}")
    return needed
