# SPDX-License-Identifier: MIT
"""A processor without a board: memory, calls of functions, and faults."""
import ctypes
from dataclasses import dataclass

import unicorn

from . import hooks
from .cores import Core
from .image import Image

PAGE = 4096
PAINT = 0xA5                    # what memory holds that nobody has written
# Where things are: far from each other, so that what lies outside of them faults.
STOP, MODEL, STACK, FED, ARENA, FILE = (0x8000, 0x10000000, 0x18000000, 0x1C000000, 0x20000000,
                                        0x60000000)
STACK_BYTES = 16 * 1024
READ, WRITE, RUN = unicorn.UC_PROT_READ, unicorn.UC_PROT_WRITE, unicorn.UC_PROT_EXEC


class Fault(Exception):
    """The code did what it must not."""


@dataclass(frozen=True)
class Region:
    """Mapped memory: the bytes used, which touch one of its ends."""

    start: int
    size: int

    @property
    def pages(self) -> tuple[int, int]:
        """Where its mapping begins, and how long it is."""
        first = self.start // PAGE * PAGE
        return first, -(-(self.start + self.size - first) // PAGE) * PAGE


class Processor:
    """Runs functions of an image. `strict`: watches every access of a kernel."""

    def __init__(self, core: Core, image: Image, strict: bool):
        self.core, self.image = core, image
        self.engine = unicorn.Uc(core.family, core.mode)
        if core.cpu is not None:
            self.engine.ctl_set_cpu_model(core.cpu)
        self.watch = hooks.attach(self.engine, strict)
        self._mapped: list[Region] = []
        self.map(Region(STOP, PAGE), READ | RUN)
        self.map(Region(image.base, len(image.code)), READ | RUN, image.code)
        self.map(Region(MODEL, PAGE), READ | WRITE)
        self.stack = self.map(Region(STACK, STACK_BYTES), READ | WRITE)
        self._forever = len(self._mapped)
        set_up = self.watch.contents
        set_up.stack = hooks.Range(STACK, STACK + STACK_BYTES)
        set_up.registers = (ctypes.c_int * 4)(core.link, core.arguments[1], core.counter,
                                                core.flags)
        set_up.must_align = core.must_align if strict else 0

    def map(self, region: Region, rights: int, content: bytes = b"") -> Region:
        """Memory with that content, painted where there is none."""
        start, size = region.pages
        self.engine.mem_map(start, size, rights)
        self.engine.mem_write(start, bytes([PAINT]) * size)
        self.engine.mem_write(region.start, bytes(content))
        self._mapped.append(region)
        return region

    def unmap(self) -> None:
        """Takes away all memory but code, stack and the machine's own."""
        while len(self._mapped) > self._forever:
            self.engine.mem_unmap(*self._mapped.pop().pages)

    def repaint(self) -> None:
        """Makes the stack and the machine's own memory as if nobody had used them."""
        self.engine.mem_write(STACK, bytes([PAINT]) * STACK_BYTES)
        self.engine.mem_write(MODEL, bytes([PAINT]) * PAGE)

    def stack_used(self) -> int:
        """Bytes of the stack written since it was painted."""
        content = self.engine.mem_read(STACK, STACK_BYTES)
        return len(bytes(content).lstrip(bytes([PAINT])))

    def call(self, function: str, *arguments: int) -> int:
        """What a C function returns. Raises Fault."""
        core, engine = self.core, self.engine
        address, top = self.image.address(function), STACK + STACK_BYTES - 64
        for register, value in zip(core.arguments, arguments, strict=False):
            engine.reg_write(register, value)
        for i, value in enumerate(arguments[len(core.arguments):]):
            engine.mem_write(top + 4 * i, value.to_bytes(4, "little"))
        engine.reg_write(core.stack, top)
        engine.reg_write(core.link, STOP | core.thumb)
        problem = ""
        try:
            engine.emu_start(address | core.thumb, STOP)
        except unicorn.UcError as error:
            problem = str(error)
        if problem or self.watch.contents.fault:
            raise Fault(self._explain(problem))
        return engine.reg_read(core.arguments[0])

    def _explain(self, problem: str) -> str:
        watch = self.watch.contents
        what, pc, where = problem, self.engine.reg_read(self.core.counter), ""
        if watch.fault:
            what, pc = hooks.FAULTS[watch.fault], watch.fault_pc
            where = f" at {watch.fault_address:#x} ({self._place(watch.fault_address)})"
        function = self.image.function_at(pc)
        return f"{what}{where}, by {function}+{pc - self.image.address(function):#x}"

    def _place(self, address: int) -> str:
        names = {STOP: "code", self.image.base: "code", MODEL: "model", STACK: "stack", FED: "fed",
                 ARENA: "arena", FILE: "file"}
        region = min(self._mapped, key=lambda r: max(r.start - address,
                                                     address - r.start - r.size + 1, 0))
        name = names[max(base for base in names if base <= region.start)]
        offset = address - region.start
        return f"{name} + {offset}" if offset < region.size else \
            f"{name}'s end + {offset - region.size}"
