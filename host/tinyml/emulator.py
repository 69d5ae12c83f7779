# SPDX-License-Identifier: MIT
"""Emulated boards: QEMU, with the board's serial line on a pseudo-terminal.

From there on an emulated board is a board on a cable. `-icount shift=3` makes its time repeatable:
one instruction takes 8 ns, so microseconds on the board * 125 = instructions.
"""

import ctypes
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from .board import Board
from .errors import DeviceError
from .romfs import build_romfs
from .shipped import way_to_build

FIRMWARE = Path(__file__).resolve().parents[2] / "build" / "firmware"
OPTIONS = "-nographic -monitor null -semihosting -icount shift=3 -serial pty".split()
_PR_SET_PDEATHSIG = 1


class Emulator:
    """A running QEMU. `port` is its serial line, `options` are more for its command line."""

    def __init__(
        self, board: Board, heap: int | None = None, rom: dict[str, bytes] | None = None,
        options: tuple[str, ...] = (),
    ):  # fmt: skip
        self.board = board
        self._folder = tempfile.TemporaryDirectory(prefix="tinyml-")
        try:
            firmware = str(_firmware(board))  # first: QEMU alone would not help
            command = [*_program(board), *OPTIONS, *options, "-kernel", firmware]
            command += _heap_arguments(board, heap)
            command += _rom_arguments(board, rom, Path(self._folder.name))
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                stderr=subprocess.STDOUT, preexec_fn=_die_with_parent,
            )  # fmt: skip
        except BaseException:
            self._folder.cleanup()
            raise
        self.port = self._read_port()

    def _read_port(self) -> str:
        said = ""
        for line in self._process.stdout:
            said += line
            if found := re.search(r"redirected to (\S+)", line):
                return found[1]
        self.close()
        reason = said.strip().splitlines()[-1:] or ["no reason given"]
        raise DeviceError(f"board `{self.board.name}`: QEMU did not start: {reason[0]}", said)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait_dead(self, seconds: float) -> bool:
        """True if QEMU ends within that time: a CPU fault ends it."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()


def _program(board: Board) -> list[str]:
    if not shutil.which(board.qemu[0]):
        raise DeviceError(
            f"board `{board.name}` needs `{board.qemu[0]}`: install QEMU, or type"
            " `python3 tasks.py setup` on Debian"
        )
    return list(board.qemu)


def _firmware(board: Board) -> Path:
    path = FIRMWARE / f"{board.name}.elf"
    if not path.exists():
        raise DeviceError(
            f"board `{board.name}` is emulated and has no firmware yet: {way_to_build(board.name)}"
        )
    return path


def _heap_arguments(board: Board, heap: int | None) -> list[str]:
    if heap is None:
        return []
    if not 16384 <= heap <= board.heap_bytes_max:
        raise DeviceError(
            f"board `{board.name}`: a heap of {heap} bytes; allowed are 16384 to"
            f" {board.heap_bytes_max}"
        )
    return ["-device", f"loader,addr={board.heap_size_address},data={heap},data-len=4"]


def _rom_arguments(board: Board, rom: dict[str, bytes] | None, folder: Path) -> list[str]:
    if not rom:
        return []
    image = build_romfs(rom)
    if len(image) > board.romfs_bytes:
        raise DeviceError(
            f"board `{board.name}`: files of {len(image)} bytes, the ROMFS partition has"
            f" {board.romfs_bytes}"
        )
    path = folder / "romfs.img"
    path.write_bytes(image)
    return ["-device", f"loader,file={path},addr={board.romfs_address},force-raw=on"]


def _die_with_parent():
    """So that no QEMU, which never idles, outlives a killed Python (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
