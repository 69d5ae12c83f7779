# SPDX-License-Identifier: MIT
"""What a board is and what it has, asked of the board itself.

    with open_place("/dev/ttyACM0") as place:
        print(probe(place).largest_free)
"""
import ast
import re
from dataclasses import dataclass

from tinyml.device import ARCHS, Place
from tinyml.errors import DeviceError
from tinyml.transfer import DIGEST

ABI = (6, 3)                    # of native modules; MicroPython 1.23 and newer
MODULE_ARCHS = ("x64", "armv6m", "armv7m", "armv7emsp", "armv7emdp", "rv32imc")  # that we build

# First of all, and short: what it leaves on the heap is counted.
_HEAP = """\
import gc
gc.collect()
print(gc.mem_alloc(), gc.mem_free())
try:
    import micropython
    micropython.mem_info()
except (ImportError, AttributeError):
    low, high = 0, gc.mem_free()
    while high - low > 32:
        size = (low + high) // 2
        try:
            bytearray(size)
            low = size
        except MemoryError:
            high = size
        gc.collect()
    print("largest", low)
"""
_FACTS = """\
import sys, os
i = sys.implementation
machine = getattr(i, "_machine", "") or (os.uname()[4] if hasattr(os, "uname") else "")
print(repr((i.name, tuple(i[1])[:3], getattr(i, "_mpy", 0), machine, getattr(i, "_build", ""),
    sys.platform, sys.maxsize,
    [p for p in sys.path if p[:1] != "."], os.getcwd())))
"""
_FLASH = """\
import os
try:
    s = os.statvfs({folder!r})
    print(s[1] * s[2], s[1] * s[4], s[1])
except (OSError, AttributeError):
    print(0, 0, 1)
try:
    import vfs
    d = vfs.rom_ioctl(2, 0) if vfs.rom_ioctl(1) > 0 else b""
    print(d.ioctl(4, 0) * d.ioctl(5, 0) if hasattr(d, "ioctl") else len(d))
    import uctypes
    print(uctypes.addressof(d) if d else 0)
except (ImportError, AttributeError, OSError, TypeError):
    print(0)
"""
_INSTALLED = DIGEST + """\
def tell():
    import os
    found = False
    for folder in {folders!r}:
        try:
            names = os.listdir(folder or os.getcwd())
        except OSError:
            continue
        for name in names:
            if name.lstrip("_").startswith("tinyml") and name.endswith("py"):
                path = folder + ("" if folder in ("", "/") else "/") + name
                try:
                    print(repr((path, os.stat(path)[6], digest(path))))
                except OSError:
                    pass
                found = found or name[0] == "_"
    if not found:
        try:
            import _tinyml
            print("built in")
        except (ImportError, ValueError):
            pass
tell()
del tell, digest
"""


@dataclass(frozen=True)
class BoardFile:
    """A file on a board. `digest`: see transfer.digests."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True)
class Probe:
    """Sizes in bytes, as they were at the time."""

    place: str
    version: tuple[int, ...]    # of MicroPython
    machine: str                # "Raspberry Pi Pico with RP2040"
    build: str                  # "RPI_PICO"; MicroPython before 1.25 doesn't tell
    platform: str               # "rp2"
    arch: str                   # of the native modules that it loads; "none" if it loads none
    abi: tuple[int, int]        # of those modules
    heap_bytes: int             # all of the heap
    heap_free: int
    largest_free: int           # in one piece: no arena can be larger
    flash_bytes: int            # of the file system that `folder` is on
    flash_free: int
    flash_block: int            # a file takes whole ones
    folder: str                 # where modules go: "/lib", "/flash/lib"; "" if import looks there
    romfs_bytes: int            # of the ROMFS partition; 0: there is none
    romfs_address: int          # 0: none, or not known
    installed: tuple[BoardFile, ...]    # our modules, in the order in which import looks
    built_in: bool              # the native module is a part of the firmware

    @property
    def problem(self) -> str:
        """Why our modules can't be loaded there, with the way out; "" if they can."""
        if self.built_in:
            return ""
        here, version = f"`{self.place}`", ".".join(map(str, self.version))
        if self.arch == "none":
            return (f"{here}: this firmware (MicroPython {version}) loads no native modules: flash "
                    "one that does, or build ours into it (mpy_module/micropython.mk)")
        if self.abi != ABI:
            way = "flash MicroPython 1.23 or newer" if self.abi < ABI else "get a newer tinyml"
            return (f"{here}: MicroPython {version} loads native modules of version "
                    f"{_dotted(self.abi)}, ours are {_dotted(ABI)}: {way}")
        if self.arch not in MODULE_ARCHS:
            return (f"{here}: there is no module for {self.arch}, only for "
                    f"{', '.join(MODULE_ARCHS)}")
        return ""

    def find(self, name: str) -> BoardFile | None:
        """The file of ours that `import` would take."""
        return next((f for f in self.installed if f.path.rsplit("/", 1)[-1] == name), None)


def probe(place: Place) -> Probe:
    """Asks a board. Raises DeviceError if it does not run MicroPython, or does not answer."""
    heap = place.run(_HEAP)
    name, version, mpy, machine, build, platform, maxsize, path, cwd = ast.literal_eval(
        place.run(_FACTS))
    if name != "micropython":
        raise DeviceError(f"`{place.name}` runs {name}, not MicroPython: only that loads modules in "
                          "machine code; flash it")
    used, free = map(int, heap.split("\n", 1)[0].split())
    folder = _module_folder(path, platform)
    flash = place.run(_FLASH.format(folder=folder.rsplit("/", 1)[0] or cwd)).split()
    found = place.run(_INSTALLED.format(folders=path), timeout=120).splitlines()
    return Probe(
        place.name, version, machine, build, platform, ARCHS[min(mpy >> 10 & 15, len(ARCHS) - 1)],
        (mpy & 255, mpy >> 8 & 3), used + free, free, _largest_free(heap, maxsize >> 32 > 0),
        int(flash[0]), int(flash[1]), int(flash[2]), folder, int(flash[3]),
        int(flash[4]) if flash[4:] else 0,
        tuple(BoardFile(*ast.literal_eval(line)) for line in found if line[0] == "("),
        "built in" in found)


def _module_folder(path: list[str], platform: str) -> str:
    """The library folder, or the folder that a board starts in if its import looks in no other."""
    if platform in ("linux", "darwin", "win32"):
        return ""               # those paths belong to the user of that machine
    return next((p for p in path if p.endswith("/lib") and not p.startswith("/rom")), "")


def _largest_free(told: str, wide: bool) -> int:
    """From what micropython.mem_info() prints; in blocks of four words. ESP32 grows its heap."""
    if found := re.search(r"^largest (\d+)", told, re.M):
        return int(found[1])
    blocks = re.search(r"max free sz: (\d+)", told)
    split = re.search(r"max new split: (\d+)", told)
    return max(int(blocks[1]) * (32 if wide else 16) if blocks else 0, int(split[1]) if split else 0)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
