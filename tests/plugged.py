# SPDX-License-Identifier: MIT
"""An emulated board as one on a cable: it stays on while commands come and go, and keeps its flash
when its power is cut."""
import json
import socket
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from tools.tflite_builder import ModelBuilder
from tinyml.board import load_board
from tinyml.device import BoardPlace, open_place
from tinyml.emulator import FIRMWARE, Emulator
from tinyml.errors import DeviceError
from tinyml.pack import pack
from tinyml.remote import BUILT
from tinyml.transfer import digest_of

_DISK = "import emulated, uctypes\nd = emulated.ramdisk()\nprint(uctypes.addressof(d), len(d))"


class Plugged:
    """`port` is what commands open. Its flash lies in RAM, which is saved when the power goes."""

    def __init__(self, board: str, heap: int | None = None):
        self._folder = tempfile.TemporaryDirectory(prefix="tinyml-")
        self._board, self._heap = load_board(board), heap
        self._disk = Path(self._folder.name, "disk.img")
        self.power_on()
        self._address, self._size = map(int, self.run(_DISK).split())

    def power_on(self):
        control = Path(self._folder.name, "control")
        options = ["-qmp", f"unix:{control},server=on,wait=off"]
        if self._disk.exists():
            options += ["-device", f"loader,file={self._disk},addr={self._address},force-raw=on"]
        self._emulator = Emulator(self._board, self._heap, options=tuple(options))
        self._control = socket.socket(socket.AF_UNIX)
        self._control.connect(str(control))
        self._answers = self._control.makefile()
        self._answers.readline()
        self._ask("qmp_capabilities")
        self.port = self._emulator.port

    def cut_power(self):
        """Between two instructions, whatever it is doing. The flash is as it was then."""
        self._ask("stop")
        self._ask("pmemsave", val=self._address, size=self._size, filename=str(self._disk))
        self._off()

    def _ask(self, command: str, **arguments):
        self._control.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while "return" not in (answer := json.loads(self._answers.readline())):
            assert "error" not in answer, answer

    def _off(self):
        self._control.close()
        self._answers.close()
        self._emulator.close()

    def run(self, program: str) -> str:
        """On the board, started anew, as another program at its port would do it."""
        with self.place() as place:
            return place.run(program)

    def place(self) -> BoardPlace:
        """When it has done what it was told before: it does not hear Ctrl-C."""
        for _ in range(20):
            with suppress(DeviceError):
                return open_place(self.port)
        return open_place(self.port)

    def put(self, name: str, data: bytes):
        with self.place() as place:
            place.put(name, data)

    def files(self) -> list[str]:
        return self.run("import os\nprint(*sorted(os.listdir()))").split()

    def digest(self, name: str) -> str:
        with self.place() as place:
            return digest_of(place.run, name)

    def close(self):
        self._off()
        self._folder.cleanup()


@contextmanager
def plugged(board: str, heap: int | None = None):
    """A board, or a skipped test where what it needs isn't built."""
    if not (FIRMWARE / f"{board}.elf").exists():
        pytest.skip(f"python3 tasks.py build {board}")
    if not (BUILT / "tinyml.mpy").exists():
        pytest.skip("python3 tasks.py build mpy")
    emulated = Plugged(board, heap)
    try:
        yield emulated
    finally:
        emulated.close()


def write_model(path: Path, weights: int = 16, seed: int = 1, rows: int = 1) -> Path:
    """A packed model of about 64 * `weights` bytes, and with `rows` a larger arena; another for
    each seed."""
    b = ModelBuilder()
    x = b.input((1, rows, 4, 64), 0.1, 0)
    values = np.random.default_rng(seed).integers(-127, 128, (weights, 1, 1, 64), np.int8)
    w = b.constant(values, [0.01] * weights)
    model = path.with_suffix(".tflite")
    y = b.conv2d(x, w, out=(1.0, 0))
    model.write_bytes(b.finish([b.mean(y, (1, 2), out=(0.5, 0))]))
    if path.suffix == ".tml":
        path.write_bytes(pack(model).file)
    return path
