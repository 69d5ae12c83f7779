# SPDX-License-Identifier: MIT
"""A processor without a board: memory, calls of functions, and faults."""
import ctypes
from dataclasses import dataclass

import unicorn

from . import hooks
from .cores import Core
from .image import Image

PAGE = 4096
PAINT = bytes([0xA5])           # what memory holds that nobody has written
# Where things are: far from each other, so that what lies outside of them faults.
PLACES = {"stop": 0x8000, "model": 0x10000000, "stack": 0x18000000, "fed": 0x1C000000,
          "arena": 0x20000000, "file": 0x60000000}
STACK_BYTES = 16 * 1024
ARGUMENT_BYTES = 64             # on the stack
# What strictness looks at. The stack is left out, since it slows down most.
WATCHED = [hooks.Range(PLACES["model"], PLACES["stack"] - 1),
           hooks.Range(PLACES["arena"], 0xFFFFFFFF)]
READ, WRITE, RUN = unicorn.UC_PROT_READ, unicorn.UC_PROT_WRITE, unicorn.UC_PROT_EXEC


class Fault(Exception):
    """The code did what it must not."""


@dataclass(frozen=True)
class Region:
    """The bytes of mapped memory that are used; they touch one of its ends."""

    start: int
    size: int

    @property
    def end(self) -> int:
        return self.start + self.size

    @property
    def pages(self) -> tuple[int, int]:
        """Where its mapping begins, and how long it is."""
        first = self.start // PAGE * PAGE
        return first, max(PAGE, -(-(self.end - first) // PAGE) * PAGE)

    def range(self) -> hooks.Range:
        return hooks.Range(self.start, self.end)


def touching(name: str, size: int, at_end: bool = True) -> Region:
    """Where `size` bytes go, to touch the end of their pages (as near as a multiple of 4 allows)
    or the start."""
    return Region(PLACES[name] + (-(-size // 4) * -4 % PAGE if at_end else 0), size)


class Processor:
    """Runs functions of an image. `strict`: watches every access of a kernel."""

    def __init__(self, core: Core, image: Image, strict: bool):
        self.core, self.image = core, image
        self.engine = unicorn.Uc(core.family, core.mode)
        if core.cpu is not None:
            self.engine.ctl_set_cpu_model(core.cpu)
        self._watch = hooks.attach(self.engine, WATCHED if strict else [])
        self.watch = self._watch.contents
        self.watch.registers = (ctypes.c_int * 4)(core.link, core.arguments[1], core.counter,
                                                  core.flags)
        self.watch.kept = (ctypes.c_int * 13)(*core.kept)
        self.watch.must_align = core.must_align if strict else 0
        self._mapped: dict[str, Region] = {}
        self.map("stop", touching("stop", PAGE), READ | RUN)
        self.map("code", Region(image.base, len(image.code)), READ | RUN, image.code)
        self.repaint()

    def map(self, name: str, region: Region, rights: int, content: bytes = b"") -> Region:
        """Memory instead of what has had that name; painted where there is no content."""
        if name in self._mapped:
            self.engine.mem_unmap(*self._mapped.pop(name).pages)
        start, size = region.pages
        self.engine.mem_map(start, size, rights)
        self.engine.mem_write(start, PAINT * size)
        self.engine.mem_write(region.start, bytes(content))
        self._mapped[name] = region
        return region

    def repaint(self) -> None:
        """Makes the stack as if nobody had used it."""
        self.map("stack", touching("stack", STACK_BYTES), READ | WRITE)

    def stack_used(self) -> int:
        """Bytes of the stack written since it was painted."""
        content = bytes(self.engine.mem_read(PLACES["stack"], STACK_BYTES - ARGUMENT_BYTES))
        return len(content.lstrip(PAINT))

    def restart(self) -> None:
        """Forgets what was counted."""
        hooks.restart(self._watch)

    def blocks(self):
        """What ran, as records of hooks.BLOCK."""
        return hooks.blocks(self._watch)

    def call(self, function: str, *arguments: int) -> int:
        """What a C function returns. Raises Fault."""
        core, engine, in_registers = self.core, self.engine, len(self.core.arguments)
        top = self._mapped["stack"].end - ARGUMENT_BYTES
        for register, value in zip(core.arguments, arguments, strict=False):
            engine.reg_write(register, value)
        for i, value in enumerate(arguments[in_registers:]):
            engine.mem_write(top + 4 * i, value.to_bytes(4, "little"))
        engine.reg_write(core.stack, top)
        engine.reg_write(core.link, PLACES["stop"] | core.thumb)
        problem = ""
        try:
            engine.emu_start(self.image.address(function) | core.thumb, PLACES["stop"])
        except unicorn.UcError as error:
            problem = str(error)
        if problem or self.watch.fault:
            raise Fault(self._explain(problem))
        return engine.reg_read(core.arguments[0])

    def _explain(self, problem: str) -> str:
        what, pc = problem, self.engine.reg_read(self.core.counter)
        if self.watch.fault:
            what, pc = hooks.FAULTS[self.watch.fault], self.watch.fault_pc
            what += " at " + self._place(self.watch.fault_address)
        return f"{what}, by {self.image.place(pc)}"

    def _place(self, address: int) -> str:
        def away(item):
            return max(item[1].start - address, address - item[1].end + 1, 0)
        name, region = min(self._mapped.items(), key=away)
        if region.start <= address < region.end:
            return f"{name} + {address - region.start}"
        if address >= region.end:
            return f"{address - region.end} behind the end of {name}"
        return f"{region.start - address} before {name}"
