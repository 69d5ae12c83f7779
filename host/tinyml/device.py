# SPDX-License-Identifier: MIT
"""Places where MicroPython runs: a board on a cable, an emulated board, this machine.

    with open_place("m4f", heap=65536, rom={"model.tml": data}) as place:
        place.put("image.bin", pixels)
        print(place.run("print(1 + 1)"))

Names that one run leaves behind may or may not be there in the next: count on files only.
"""

import contextlib
import os
import time
from functools import cached_property
from typing import Protocol

import serial
from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport
from serial.tools import list_ports

from . import transfer
from .board import load_board
from .emulator import Emulator
from .errors import DeviceError
from .unix_port import UnixPlace

ANSWER_SECONDS = 10  # within which a board must react, on a busy machine an emulated one, too
POLL_SECONDS = 0.1
END = b"\x04"  # of what a program printed, then of its traceback
BANNER, PROMPT = b"\nMicroPython v", b"\r\n>>> "  # of a board that has started

# `sys.implementation._mpy >> 10`: the best native architecture that a firmware loads. Number 6 is
# armv7em, which firmware for a Cortex-M3 claims as well: only armv7m is safe there.
ARCHS = (
    "none", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7m", "armv7emsp", "armv7emdp",
    "xtensa", "xtensawin", "rv32imc", "rv64imc",
)  # fmt: skip


class Place(Protocol):
    """What all places can do."""

    name: str
    arch: str  # of the native modules that it loads

    def write(self, name: str, data: bytes, tell: transfer.Tell = ...) -> None:
        """Write a file; if that fails, half of it is left. `tell`: how many more bytes went."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file, so that never half of it has that name."""

    def run(self, program: str, timeout: float = 60) -> str:
        """What the program printed. An exception in it, or no end in time, is a `DeviceError`."""

    def reset(self) -> None:
        """Start Python anew, with all of its heap; files stay."""

    def close(self) -> None: ...

    def __enter__(self): ...

    def __exit__(self, *_): ...


def open_place(name: str, heap: int | None = None, rom: dict[str, bytes] | None = None) -> Place:
    """Open `unix`, `unix-new`, an emulated board (`m4f`) or a serial port (`/dev/ttyACM0`).

    heap: bytes, rom: files to be found in /rom; both for emulated boards and `unix` only.
    """
    if name in ("unix", "unix-new"):
        return UnixPlace(name, heap, rom)
    if is_port(name):
        if heap is not None or rom:
            raise DeviceError(f"`{name}` is a real board: its heap and ROMFS are what they are")
        return BoardPlace(name, name)
    board = load_board(name)
    if not board.qemu:
        raise DeviceError(f"board `{name}` is not emulated: name its port; {ports_here()}")
    emulator = Emulator(board, heap, rom)
    try:
        return BoardPlace(name, emulator.port, emulator)
    except BaseException:
        emulator.close()
        raise


def is_port(name: str) -> bool:
    return "/" in name or name.upper().startswith("COM")


def plugged_in() -> list[tuple[str, str]]:
    """(port, what it shows on USB: "2e8a:0005") of all that could be boards."""
    return [(port.device, f"{port.vid:04x}:{port.pid:04x}") for port in list_ports.comports()
            if port.vid is not None]


def ports_here() -> str:
    found = [port for port, _ in plugged_in()]
    return f"ports here: {', '.join(found)}" if found else "no board is plugged in"


class BoardPlace:
    """A board reached through a serial line, as mpremote does it."""

    def __init__(self, name: str, port: str, emulator: Emulator | None = None):
        self.name = name
        self.port = port
        self._emulator = emulator
        self._said = bytearray()
        self._transport = _open_port(port)
        try:
            # A real board may be running something; an emulated one has just started.
            self._enter(reset=emulator is None)
        except DeviceError:
            self.close()
            raise DeviceError(f"`{name}`: no MicroPython answers at {port}") from None

    def _enter(self, reset: bool):
        with self._errors(), contextlib.redirect_stdout(None):
            self._transport.enter_raw_repl(reset, ANSWER_SECONDS)

    def reset(self):
        self._enter(reset=True)

    @cached_property
    def arch(self) -> str:
        code = int(self.run("import sys\nprint(getattr(sys.implementation, '_mpy', 0))"))
        return ARCHS[code >> 10 & 15]

    def write(self, name: str, data: bytes, tell: transfer.Tell = lambda count: None):
        transfer.write(self.run, name, data, tell)

    def put(self, name: str, data: bytes):
        part = name + transfer.PART
        self.write(part, data)
        transfer.rename(self.run, [(part, name)])

    def run(self, program: str, timeout: float = 60) -> str:
        with self._errors():
            self._transport.exec_raw_no_follow(program)
            end = time.monotonic() + timeout
            output = self._read_to_end(end, timeout)
            traceback = self._read_to_end(end, timeout)
        if traceback:
            raise DeviceError(f"`{self.name}`: {_last_line(traceback)}", output + traceback)
        return output

    def _read_to_end(self, end: float, timeout: float) -> str:
        self._said.clear()
        line = self._transport.serial
        line.timeout = POLL_SECONDS
        self._transport.read_until(
            1, END, None, self._hear, timeout_overall=end - time.monotonic()
        )
        line.timeout = ANSWER_SECONDS
        if not self._said.endswith(END):
            line.write(b"\x03")  # Ctrl-C; emulated boards do not hear it while a program runs
            raise DeviceError(f"`{self.name}`: no end after {timeout:g} s", self._text())
        del self._said[-1:]
        return self._text()

    def _hear(self, said: bytes):
        self._said += said
        if self._said.endswith(PROMPT) and BANNER in self._said:
            raise DeviceError(
                f"`{self.name}`: it was reset while a program ran (a watchdog, low voltage, or its"
                " button?)", self._text()
            )  # fmt: skip

    def _text(self) -> str:
        return self._said.decode(errors="replace").replace("\r\n", "\n")

    @contextlib.contextmanager
    def _errors(self):
        """What mpremote and the serial line raise, as one line of ours."""
        try:
            yield
        except TransportExecError as error:
            message = _last_line(error.error_output)
            raise DeviceError(f"`{self.name}`: {message}", error.error_output) from None
        except (TransportError, OSError, ValueError, LookupError) as error:
            raise DeviceError(f"`{self.name}`: {self._why_lost(error)}", self._text()) from None

    def _why_lost(self, error: Exception) -> str:
        if self._emulator and self._emulator.wait_dead(1):
            return f"the emulated board stopped: {_last_line(self._text()) or 'it says nothing'}"
        return f"the connection was lost: {error}"

    def close(self):
        with contextlib.suppress(OSError):
            if not self._emulator:
                self._transport.exit_raw_repl()
            self._transport.close()
        if self._emulator:
            self._emulator.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _open_port(port: str) -> SerialTransport:
    if port.startswith("/") and not os.path.exists(port):
        raise DeviceError(f"port `{port}` does not exist; {ports_here()}")
    if port.startswith("/") and not os.access(port, os.R_OK | os.W_OK):
        raise DeviceError(f"port `{port}` may not be opened by you: join its group (dialout)")
    try:
        return SerialTransport(port, timeout=ANSWER_SECONDS)
    except (TransportError, OSError, serial.SerialException) as error:
        raise DeviceError(
            f"port `{port}` cannot be opened: not a serial port, or in use ({error})"
        ) from None


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""
