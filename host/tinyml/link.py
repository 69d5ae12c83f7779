# SPDX-License-Identifier: MIT
"""Lowered steps and a plan -> a schedule: tensors become rings, arrays become offsets."""
import struct
from math import prod

from tinyml.errors import UnsupportedError
from tinyml.format import ALIGN, DTYPES, step_named
from tinyml.ir import Graph, Port, State
from tinyml.lower.stack import stack
from tinyml.lower.step import LoweredStep
from tinyml.plan import POINT, Page, Plan, Region, Task
from tinyml.schedule import Schedule
from tinyml.steps import COMMON

KINDS = {"input": 0, "output": 1, "fed": 2, "state": 3}


class Linker:
    """Collects the rings and the data of one schedule. `number` gives the planner's number of a
    tensor, by identity; a reshaped tensor has that of the tensor it is a view of."""

    def __init__(self, plan: Plan, number: dict[int, int]):
        self.plan, self.number = plan, number
        self.stages = {i: stage for stage in plan.stages
                       for i in range(stage.first, stage.last + 1)}
        self.rings: dict[tuple, int] = {}
        self.data = bytearray()
        self.arrays: dict[int, int] = {}
        self.start = 0                      # of the page, in the data
        self.starts: dict[bytes, int] = {}  # of pages, by what they hold

    def ring(self, tensor: int, hwc: tuple[int, int, int], region: Region | None = None) -> int:
        """The index of the ring of a tensor, or of a part of one. Seen in another shape than its
        writer's, a tensor is whole."""
        height, width, channels = hwc
        shape, offset, pitch = self.plan.problem.shapes[tensor], self.plan.offsets[tensor], width
        pixels = self.plan.pixels[tensor] if shape == hwc else height * width
        if region:
            pitch = shape[1]
            offset += (region.y * pitch + region.x) * channels
            pixels = (height - 1) * pitch + width
        return self.rings.setdefault((tensor, (offset, pixels, *hwc, pitch)), len(self.rings))

    def array(self, array) -> int:
        """The offset of an array in the data, or in the page; tiles share theirs."""
        if id(array) not in self.arrays:
            self.data.extend(bytes(-len(self.data) % 4))
            self.data.extend(array.astype(array.dtype.newbyteorder("<")).tobytes())
            self.arrays[id(array)] = len(self.data) - array.nbytes - self.start
        return self.arrays[id(array)]

    def page(self, page: Page, steps: list[LoweredStep]) -> list[tuple[str, dict]]:
        """The records of a page and of its steps."""
        self.data.extend(bytes(-len(self.data) % ALIGN))
        self.start, self.arrays = len(self.data), {}
        records = [self.step(i, steps[i]) for i in range(page.first, page.last + 1)]
        self.data.extend(bytes(self.start + page.bytes - len(self.data)))
        start = self.starts.setdefault(bytes(self.data[self.start:]), self.start)
        if start != self.start:
            del self.data[self.start:]
        height, width, channels = page.shape
        ring = self.rings.setdefault((None, (page.offset, height * width, *page.shape, width)),
                                     len(self.rings))
        common = {field.name: 0 for field in COMMON if field.role != "reserved"}
        ones = ("block", "stage", "k_h", "k_w", "rows", "stride_h", "stride_w")
        return [("page", common | dict.fromkeys(("output", "input", "input2"), ring)
                 | dict.fromkeys(ones, 1) | {"start": start, "stays": int(page.stays)}), *records]

    def step(self, index: int, step: LoweredStep) -> tuple[str, dict]:
        """A step's record."""
        task, stage = self.plan.problem.tasks[index], self.stages[index]
        window = (task.window if task.regions else step.window) or POINT
        tensors = {"output": task.writes, **dict(zip(("input", "input2"), task.reads))}
        rings = {name: self._ring_of(task, step, name, tensor, i)
                 for i, (name, tensor) in enumerate(tensors.items())}
        readers = [reader for reader in self.plan.problem.readers[task.writes]
                   if index < reader <= stage.last]
        record = {
            "block": task.block(stage.block, stage.first == stage.last),
            "input": rings["output"], "input2": rings["output"],
            "stage": stage.last - stage.first + 1 if index == stage.first else 0,
            "k_h": window.height, "k_w": window.width, "pad_top": window.pad_top,
            "pad_left": window.pad_left, "stride_h": window.stride_h, "stride_w": window.stride_w,
            "rows": task.rows, "inputs": len(step.inputs), "back": 0, "back2": 0, "clamps": 0,
            "reach": max(readers, default=index) - index, **step.numbers, **rings}
        for name, tensor in zip(("back", "back2"), task.reads):
            writer = self.plan.problem.writer.get(tensor, -1)
            record[name] = index - writer if writer >= stage.first else 0
        record |= {field.name: self.array(step.arrays[field.name])
                   for field in step_named(step.name).fields if field.role == "data"}
        return step.name, record

    def _ring_of(self, task: Task, step: LoweredStep, name: str, tensor: int, which: int) -> int:
        """The ring that is a step's output (which is 0) or one of its inputs."""
        if not task.regions:
            return self.ring(tensor, step.rings[name].hwc)
        region = task.regions[which]
        return self.ring(tensor, (region.height, region.width,
                                  self.plan.problem.shapes[tensor][2]), region)

    def state(self, state: State) -> dict:
        """The record of a state: a port whose zero point is what fills it at first."""
        shape = state.tensor.hwc
        return self.port(Port(state.tensor, "int8", shape), "state") | {"zero_point": state.fill}

    def port(self, port, kind: str) -> dict:
        """A port's record."""
        quant, shape = port.tensor.quant, port.shape
        if port.dtype not in DTYPES:
            raise UnsupportedError([f"`{port.tensor.name}`: {port.dtype} as a model's "
                                    f"{kind}; use {', '.join(DTYPES)}"])
        if prod(shape) != prod(port.tensor.hwc):
            raise UnsupportedError([f"`{port.tensor.name}` has shape {'x'.join(map(str, shape))}; "
                                    "the batch must be 1, known when the model is packed"])
        dims = shape + (1,) * (4 - len(shape))
        bits = struct.unpack("<I", struct.pack("<f", quant.scale))[0] if quant else 0
        return {"ring": self.ring(self.number[id(port.tensor)], port.tensor.hwc), "kind": KINDS[kind],
                "dtype": DTYPES.index(port.dtype), "scale": bits,
                "zero_point": quant.zero_point if quant else 0, "rank": len(shape),
                "channels_first": int(port.channels_first),
                **{f"dim{i}": dims[i] for i in range(4)}}


def link(graph: Graph, steps: list[LoweredStep], plan: Plan, number: dict[int, int],
         labels: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> Schedule:
    """The schedule of a planned graph."""
    linker = Linker(plan, number)
    stacked = _stacked(steps, plan, number)
    before = plan.pages[0].first if plan.pages else len(stacked)
    records = tuple(linker.step(i, stacked[i]) for i in range(before)) + tuple(
        record for page in plan.pages for record in linker.page(page, stacked))
    fed = any(name == "take" for name, _ in records)
    ports = tuple(linker.port(port, "fed" if fed else "input") for port in graph.inputs) + tuple(
        linker.port(port, "output") for port in graph.outputs) + tuple(
        linker.state(state) for state in graph.states)
    names = ("offset", "pixels", "height", "width", "channels", "pitch")
    rings = tuple(dict(zip(names, record)) for _, record in linker.rings)
    longest = max((stage.last - stage.first + 1 for stage in plan.stages), default=0)
    return Schedule(graph.name, plan.arena_bytes, longest, rings, ports, records,
                    bytes(linker.data), labels, removed)


def _stacked(steps: list[LoweredStep], plan: Plan, number: dict[int, int]) -> list[LoweredStep]:
    """The step of each task, stacked where the plan says so."""
    result = []
    for task in plan.problem.tasks:
        step = steps[task.step]
        if task.high:
            shapes = {name: plan.problem.shapes[number[id(view.tensor)]]
                      for name, view in step.rings.items()}
            reader = steps[task.step + 1:task.step + 2]     # none where it is the last of all
            fill = reader[0].numbers.get("input_zp", 0) if task.pointwise and reader else 0
            step = stack(step, task, shapes, fill)
        result.append(step)
    return result
