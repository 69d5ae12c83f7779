# SPDX-License-Identifier: MIT
"""Whether a board's heap has room for a model, before anything is copied."""
from tinyml.errors import FitError
from tinyml.model import Model
from tinyml.probe import Probe

# Measured on emulated boards, MicroPython 1.25, 32 bits.
NATIVE_EXTRA = 512              # of the native module beside its file
PYTHON, PYTHON_IN_ROM = 9216, 3840      # of tinyml.mpy
MODEL = 2048                    # of a loaded Model beside arena and file
FOR_THE_USER = 10               # the share of the heap that packing leaves: one part of so many


def arena_limit(found: Probe, native: int, in_rom: bool, file: int = 0) -> int:
    """The largest arena that leaves some room for the user's program. `native`, `file`: bytes of
    the native module and of a schedule in RAM."""
    rest = found.heap_free - found.heap_bytes // FOR_THE_USER - _fixed(native, in_rom) - file
    return max(0, min(found.largest_free, rest))


def require_room(found: Probe, native: int, in_rom: bool, file: bytes) -> None:
    """Raises FitError if the heap is too small for a schedule, with the arithmetic."""
    pieces = {"arena": arena_of(file)} | ({} if in_rom else {"file": len(file)})
    needed = sum(pieces.values()) + _fixed(native, in_rom)
    tall = max(pieces.values())
    if needed <= found.heap_free and tall <= found.largest_free:
        return
    told = " + ".join(f"{what} {size}" for what, size in pieces.items())
    ways = []
    if not in_rom and found.romfs_bytes:
        ways.append("--romfs, where weights are used in place")
    if needed - pieces["arena"] < found.heap_free:
        ways.append("a plan with less RAM (--minimum, --feed rows)")
    raise FitError(f"`{found.place}`: {needed} bytes of heap are needed ({told} + module "
                   f"{_fixed(native, in_rom)}), {found.heap_free} are free, {found.largest_free} in "
                   f"one piece; try {' or '.join(ways) or 'a smaller model'}")


def arena_of(file: bytes) -> int:
    """Bytes of the arena of a schedule."""
    with Model(file) as model:
        return model.info["arena_bytes"]


def _fixed(native: int, in_rom: bool) -> int:
    return native + NATIVE_EXTRA + (PYTHON_IN_ROM if in_rom else PYTHON) + MODEL
