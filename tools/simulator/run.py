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
from .machine import PAGE, READ, WRITE, Processor, touching

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


class Machine:
    """tinyml.native.Machine on a simulated processor: an opened schedule in an arena. Raises
    ValueError if the schedule is refused, Fault if it does what it must not."""

    def __init__(self, cpu: Processor, file: bytes, arena: bytearray, arena_at_end: bool = True):
        self._cpu, self._arena = cpu, arena
        cpu.repaint()
        cpu.watch.rights, cpu.watch.kernel_count = None, 0
        patience, cpu.watch.patience = cpu.watch.patience, 0
        place = cpu.map("file", touching("file", len(file)), READ, file)
        self._ram = cpu.map("arena", touching("arena", len(arena), arena_at_end), READ | WRITE)
        self._model = cpu.map("model", touching("model", PAGE), READ | WRITE)
        status = self._call("tml_open", place.start, len(file), self._ram.start, len(arena))
        if status:
            raise ValueError(f.STATUSES[status][1])
        self._addresses, self.step_names = self._watch(decode(file), place.start)
        cpu.restart()
        cpu.watch.patience = patience

    def start(self) -> None:
        """Goes back to the first step."""
        self._call("tml_start")

    def offer(self, pixels: bytes) -> None:
        """The next pixels of an input that is fed."""
        row = self._cpu.map("fed", touching("fed", len(pixels)), READ, pixels)
        self._call("tml_offer", row.start, len(pixels))

    def step(self) -> int:
        """One bounded piece of work."""
        return self._call("tml_step")

    def run(self) -> int:
        """All that can be done."""
        return self._call("tml_run")

    def infer(self) -> int:
        """From the first step on."""
        self.start()
        return self.run()

    def blocks(self) -> np.ndarray:
        """What ran, since it was opened: as Ran has it."""
        blocks = self._cpu.blocks().copy()
        index = {0: -1} | {address: i for i, address in enumerate(self._addresses)}
        blocks["step"] = [index[step] & 0xFFFFFFFF for step in blocks["step"].tolist()]
        return blocks

    def _call(self, function: str, *arguments: int) -> int:
        engine, start = self._cpu.engine, self._ram.start
        engine.mem_write(start, bytes(self._arena))
        status = self._cpu.call(function, self._model.start, *arguments)
        self._arena[:] = engine.mem_read(start, len(self._arena))
        return status

    def _watch(self, schedule: Schedule, at: int) -> tuple[list[int], tuple[str, ...]]:
        """Tells the hooks what each step may touch; returns addresses and names of the steps."""
        at += f.HEADER.size + len(schedule.rings) * f.RING.size + len(schedule.ports) * f.PORT.size
        addresses, rights = [], (hooks.Rights * len(schedule.steps))()
        for i, (name, values) in enumerate(schedule.steps):
            addresses.append(at)
            changes = f.step_named(name).changes
            rights[i].step, rights[i].written = at, 1 + changes
            used = ("output", "input2", "input") if changes else \
                ("output", "input", "input2")[:1 + values["inputs"]]
            for j, ring in enumerate(schedule.rings[values[which]] for which in used):
                start = self._ram.start + ring["offset"]
                rights[i].rings[j] = hooks.Range(start, start + ring["pixels"] * ring["channels"])
            at += f.step_named(name).size
        names = tuple(name for name, _ in schedule.steps)
        entries = [self._cpu.image.address(f"tml_{name}") for name in set(names)]
        kernels = (ctypes.c_uint32 * len(entries))(*entries)
        self._kept = rights, kernels        # the hooks have their addresses only
        watch = self._cpu.watch
        watch.kernels, watch.kernel_count = kernels, len(entries)
        watch.rights, watch.step_count = rights, len(names)
        watch.arena = self._ram.range()
        return addresses, names


class Simulator:
    """A processor (a name of CORES) with the module's code on it."""

    def __init__(self, core: str, strict: bool = False):
        self.core = core
        self.processor = Processor(CORES[core], build_image(CORES[core].arch), strict)

    def run(self, file: bytes, inputs: list[bytes], arena_at_end: bool = True) -> Ran:
        """One inference: the bytes of each input; of a fed one, all its rows. The arena, full of
        noise, touches the end or the start of its memory. Raises Fault."""
        arena = bytearray(np.random.default_rng(0).bytes(decode(file).arena_bytes))
        with Model(file, arena) as model:
            machine = model._machine = Machine(self.processor, file, arena, arena_at_end)
            return Ran(infer(model, inputs), machine.blocks(), machine.step_names,
                       self.processor.image, self.core, self.processor.stack_used())


def infer(model: Model, inputs: list[bytes]) -> tuple[bytes, ...]:
    """All outputs for the bytes of each input; of a fed one, all its rows."""
    if model.ports(0)[0].fed:
        assert model.feed(inputs[0])
    else:
        for buffer, content in zip(model.inputs, inputs, strict=True):
            buffer[:] = content
        model.run()
    return tuple(bytes(out) for out in model.outputs)
