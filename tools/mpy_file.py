# SPDX-License-Identifier: MIT
"""What a native `.mpy` takes of a board's heap when it is loaded: its code, constants and bss."""
from pathlib import Path

NATIVE_CODE = 2                 # kind of a native module's code
HAS_RODATA, HAS_BSS = 0x20, 0x40                # flags of its scope


class Reader:
    """The bytes of a file, one number after the other."""

    def __init__(self, content: bytes):
        self.content, self.at = content, 0

    def skip(self, count: int) -> None:
        self.at += count

    def number(self) -> int:
        """Seven bits a byte, the highest first."""
        value = 0
        while True:
            byte = self.content[self.at]
            self.at += 1
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value


def loaded_bytes(path: Path) -> int:
    """Bytes of RAM, without the few that Python's own objects take."""
    reader = Reader(path.read_bytes())
    assert reader.content[:2] == b"M\x06", f"{path} is no .mpy of ABI 6"
    reader.skip(4)
    names, objects = reader.number(), reader.number()
    assert objects == 0, f"{path} has Python objects: it is no native module"
    for _ in range(names):
        length = reader.number()
        if not length & 1:      # odd: a name that every firmware has
            reader.skip((length >> 1) + 1)
    kind = reader.number()
    assert kind & 3 == NATIVE_CODE, f"{path} is no native module"
    reader.skip(kind >> 3)
    flags = reader.number()
    rodata = reader.number() if flags & HAS_RODATA else 0
    bss = reader.number() if flags & HAS_BSS else 0
    return (kind >> 3) + rodata + bss
