# SPDX-License-Identifier: MIT
"""The code that is simulated, as the native module has it: its bytes and its functions."""
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from elftools.elf.elffile import ELFFile

from ..micropython import build_machine


@dataclass(frozen=True, eq=False)
class Image:
    """`functions` are (address, name) in order of address."""

    base: int
    code: bytes
    functions: tuple[tuple[int, str], ...]

    def address(self, name: str) -> int:
        """Where a function begins, without the bit that says Thumb."""
        return next(at for at, other in self.functions if other == name)

    def function_at(self, address: int) -> str:
        """The function that an address is in."""
        return self._before(address)[1]

    def place(self, address: int) -> str:
        """The function, and how far into it."""
        start, name = self._before(address)
        return f"{name} + {address - start:#x}"

    def _before(self, address: int) -> tuple[int, str]:
        index = bisect_right(self.functions, (address, "\x7f")) - 1
        return self.functions[index] if index >= 0 else (0, "no function")

    def read(self, address: int, size: int) -> bytes:
        return self.code[address - self.base:address - self.base + size]


@cache
def build_image(arch: str) -> Image:
    """Compiles what is out of date, and reads it."""
    with build_machine(arch).open("rb") as file:
        elf = ELFFile(file)
        (segment,) = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
        functions = {(symbol["st_value"] & ~1, symbol.name)
                     for symbol in elf.get_section_by_name(".symtab").iter_symbols()
                     if symbol["st_info"]["type"] == "STT_FUNC"
                     or symbol.name.startswith("tml_")}
        return Image(segment["p_vaddr"], segment.data(), tuple(sorted(functions)))
