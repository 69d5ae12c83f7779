# SPDX-License-Identifier: MIT
"""Files over a serial line, as programs that a board runs.

A file is written under a name of its own, read back and compared; only then it takes its real name,
in one step where the file system can do that. So there is the old file, or none, or the new one.
"""
from base64 import b64encode
from binascii import crc32
from collections.abc import Callable
from hashlib import sha256

from tinyml.errors import DeviceError

CHUNK = 1536                    # most bytes of a file sent at a time; 2 KiB of text
HEAP_PER_BYTE = 32              # what MicroPython may need to take them: the text, its tokens, its bytes
PART = ".part"                  # ends the name of what is not all there yet

# What a file holds, as text: see `digests`.
DIGEST = """\
def digest(path):
    import binascii
    try:
        import hashlib
        h, c = hashlib.sha256(), None
    except (ImportError, AttributeError):
        h, c = None, 0
    b = bytearray(256)
    with open(path, "rb") as f:
        while True:
            n = f.readinto(b)
            if not n:
                break
            v = memoryview(b)[:n]
            if h:
                h.update(v)
            else:
                c = binascii.crc32(v, c)
    return "sha256:" + binascii.hexlify(h.digest()).decode() if h else "crc32:%08x" % c
"""
# Begins a file, and tells how much heap is free.
_OPEN = """\
import gc
gc.collect()
from binascii import a2b_base64 as _d
_f = open({name!r}, "wb")
gc.collect()
print(gc.mem_free())
"""
_CLOSE = "_f.close()\ndel _f, _d\n"
_RENAME = """\
import os
for pair in {pairs!r}:
    getattr(os, "sync", int)()
    os.rename(*pair)
getattr(os, "sync", int)()
"""
_REMOVE = """\
import os
for name in {names!r}:
    try:
        os.remove(name)
    except OSError:
        pass
"""

Run = Callable[[str], str]      # of a program: what it printed
Tell = Callable[[int], None]    # how many more bytes have been sent


def digests(data: bytes) -> tuple[str, str]:
    """What a board may say of these bytes: by crc32 where sha256 is missing."""
    return "sha256:" + sha256(data).hexdigest(), f"crc32:{crc32(data):08x}"


def write(run: Run, name: str, data: bytes, tell: Tell = lambda count: None) -> None:
    """Writes a file; what is left of it if that fails is only half. Raises DeviceError."""
    free = int(run(_OPEN.format(name=name)))
    chunk = min(CHUNK, max(free // HEAP_PER_BYTE, 96)) // 3 * 3
    for start in range(0, len(data), chunk):
        piece = data[start:start + chunk]
        run(f"_f.write(_d({b64encode(piece)}))")
        tell(len(piece))
    run(_CLOSE)
    if digest_of(run, name) not in digests(data):
        raise DeviceError(f"`{name}` did not arrive as it was sent; try again")


def digest_of(run: Run, name: str) -> str:
    """Of a file; "" if there is none."""
    return run(DIGEST + f"try:\n    print(digest({name!r}))\nexcept OSError:\n    pass\ndel digest").strip()


def rename(run: Run, pairs: list[tuple[str, str]]) -> None:
    """Files take their names, all in one program. On FAT MicroPython removes an old one first."""
    run(_RENAME.format(pairs=pairs))


def remove(run: Run, names: list[str]) -> None:
    """Removes files, whether they are there or not."""
    run(_REMOVE.format(names=names))
