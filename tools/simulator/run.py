# SPDX-License-Identifier: MIT
"""Inferences on a simulated processor, and what they took."""
import ctypes
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from tinyml import format as f
from tinyml.model import Model
from tinyml.schedule import Schedule, decode

from . import hooks
from .cores import CORES
from .cycles import MODELS
from .image import Image, build_image
from .instructions import Instruction, disassemble
from .machine import ARENA, FED, FILE, MODEL, PAGE, READ, WRITE, Fault, Processor, Region

HUNGRY = 2                      # tml_state_t
OTHER = "machine"               # what is no kernel's: opening left out, the firing rule


@dataclass(frozen=True)
class Step:
    """What one step of the schedule took, in all its firings."""

    name: str
    firings: int
    instructions: int
    cycles: int


@dataclass(frozen=True)
class Ran:
    """An inference. `blocks` are records of hooks.BLOCK, with the index of their step (-1: the
    machine) instead of its address; `stack_bytes` is the deepest stack."""

    outputs: tuple[bytes, ...]
    blocks: np.ndarray
    step_names: tuple[str, ...]
    image: Image
    core: str
    stack_bytes: int

    def code(self, block: np.void) -> tuple[Instruction, ...]:
        """The instructions of one of the blocks."""
        return disassemble(self.image, bool(CORES[self.core].thumb), int(block["address"]),
                           int(block["size"]))

    @cached_property
    def totals(self) -> np.ndarray:
        """(instructions, cycles) of each block in all its runs."""
        model, rows = MODELS[self.core], []
        for block in self.blocks:
            code, runs = self.code(block), int(block["runs"])
            cost = model(code)
            rows.append((len(code) * runs, cost.cycles * runs + cost.taken * int(block["taken"])))
        return np.array(rows, np.int64)

    @property
    def instructions(self) -> int:
        """Of the whole run, the firing rule included."""
        return int(self.totals[:, 0].sum())

    @property
    def cycles(self) -> int:
        """The same by the core's model."""
        return int(self.totals[:, 1].sum())

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """What each step took; the last one is the machine between kernels."""
        entries = np.array([*(self.image.address(f"tml_{name}") for name in self.step_names), 0])
        step = self.blocks["step"].astype(np.int32)
        fired = self.blocks["runs"] * (self.blocks["address"] == entries[step])
        sums = np.zeros((len(entries), 3), np.int64)
        np.add.at(sums, step, np.column_stack([fired.astype(np.int64), self.totals]))
        return tuple(Step(name, *map(int, row))
                     for name, row in zip((*self.step_names, OTHER), sums, strict=True))


class Simulator:
    """A processor (a name of CORES) with the machine on it; opens and runs schedules."""

    def __init__(self, core: str, strict: bool = False):
        self.core, self.strict = core, strict
        self.processor = Processor(CORES[core], build_image(CORES[core].arch), strict)

    def run(self, file: bytes, inputs: list[bytes] = (), arena_at_end: bool = True) -> Ran:
        """One inference: the bytes of each input (of a fed one: all rows). The arena touches the
        end or the start of its memory. Raises Fault."""
        cpu, schedule = self.processor, decode(file)
        arena = bytearray(np.random.default_rng(0).bytes(schedule.arena_bytes))
        cpu.unmap()
        cpu.repaint()
        with Model(file, arena) as model:
            fed = self._write_inputs(model, inputs)
            place = _touching_end(FILE, len(file))
            cpu.map(place, READ, file)
            ram = _touching_end(ARENA, len(arena)) if arena_at_end else Region(ARENA, len(arena))
            cpu.map(ram, READ | WRITE, arena)
            steps = self._watch(schedule, place, ram)
            status = cpu.call("tml_open", MODEL, place.start, len(file), ram.start, len(arena))
            if status:
                raise Fault(f"tml_open returned {f.STATUSES[status][0]}")
            hooks.restart(cpu.watch)
            self._go(fed)
            arena[:] = cpu.engine.mem_read(ram.start, len(arena))
            outputs = tuple(bytes(out) for out in model.outputs)
        blocks = hooks.blocks(cpu.watch).copy()
        index = {0: -1} | {address: i for i, (address, _) in enumerate(steps)}
        blocks["step"] = [index[step] & 0xffffffff for step in blocks["step"].tolist()]
        return Ran(outputs, blocks, tuple(name for _, name in steps), cpu.image, self.core,
                   cpu.stack_used())

    def _write_inputs(self, model: Model, inputs: list[bytes]) -> list[bytes]:
        """Into the arena, or the rows to feed."""
        port = model.ports(0)[0]
        if port.fed:
            (image,) = inputs
            return [image[at:at + port.row_bytes] for at in range(0, len(image), port.row_bytes)]
        for buffer, content in zip(model.inputs, inputs, strict=True):
            buffer[:] = content
        return []

    def _watch(self, schedule: Schedule, place: Region, ram: Region) -> list[tuple[int, str]]:
        """Tells the hooks what is where; returns (address, name) of each step."""
        address = place.start + f.HEADER.size + len(schedule.rings) * f.RING.size + \
            len(schedule.ports) * f.PORT.size
        steps, rights = [], (hooks.Rights * len(schedule.steps))()
        for i, (name, values) in enumerate(schedule.steps):
            steps.append((address, name))
            used = ("output", "input", "input2")[:1 + values["inputs"]]
            rights[i].step = address
            for j, ring in enumerate(schedule.rings[values[which]] for which in used):
                start = ram.start + ring["offset"]
                rights[i].rings[j] = hooks.Range(start, start + ring["pixels"] * ring["channels"])
            address += f.step_named(name).size
        entries = [self.processor.image.address(f"tml_{name}") for name in {name for _, name in steps}]
        self._kept = rights, (ctypes.c_uint32 * len(entries))(*entries)
        watch = self.processor.watch.contents
        watch.kernels, watch.kernel_count = self._kept[1], len(entries)
        watch.rights, watch.step_count = self._kept[0], len(steps)
        watch.arena = hooks.Range(ram.start, ram.start + ram.size)
        return steps

    def _go(self, fed: list[bytes]) -> None:
        """tml_run, and rows when it is hungry."""
        cpu, rows = self.processor, iter(fed)
        row = _touching_end(FED, len(fed[0])) if fed else None
        if row:
            cpu.map(row, READ)
        while cpu.call("tml_run", MODEL) == HUNGRY:
            content = next(rows)
            cpu.engine.mem_write(row.start, content)
            cpu.call("tml_offer", MODEL, row.start, len(content))


def _touching_end(base: int, size: int) -> Region:
    """Bytes whose end is that of a page, as near as their alignment allows."""
    used = -(-size // f.BASE_ALIGN) * f.BASE_ALIGN
    return Region(base + -used % PAGE, size)
