# SPDX-License-Identifier: MIT
"""The whole compiler on one screen: a model's bytes in, a schedule out."""
import struct
from dataclasses import dataclass
from math import prod
from time import perf_counter

from tinyml.errors import FitError, UnsupportedError
from tinyml.format import DTYPES, step_named
from tinyml.importers import import_model
from tinyml.ir import Graph, check_graph
from tinyml.lower import lower
from tinyml.lower.step import LoweredStep
from tinyml.ops import problems
from tinyml.passes import run_passes
from tinyml.plan import Plan, Task, make_plan
from tinyml.plan.check import check_plan
from tinyml.schedule import Schedule

MOST_ARENA = 1 << 28            # of any model: far beyond every board, and little enough to check


@dataclass(frozen=True)
class Compiled:
    """A schedule, and what the compiler knows about it that the board need not."""

    schedule: Schedule
    graph: Graph
    plan: Plan
    macs: int                   # multiply-accumulates of the model as it came
    executed_macs: int          # of the steps
    plan_seconds: float


def compile_model(model: bytes, name: str, labels: tuple[str, ...] = (),
                  ram: int | None = None) -> Compiled:
    """Compiles a model file for an arena of at most `ram` bytes.

    Raises ModelError for a file that can't be read, UnsupportedError with all that is unsupported
    in it, FitError if no plan fits.
    """
    imported = check_graph(import_model(model, name))
    graph = run_passes(imported)
    found = problems(graph)
    if found:
        raise UnsupportedError(found)
    lowered = [lower(op) for op in graph.ops]
    start = perf_counter()
    plan, tensors = _plan(graph, lowered)
    seconds = perf_counter() - start
    if ram is not None and plan.arena_bytes > ram:
        raise FitError(_too_large(plan, ram))
    steps = tuple(step for some in lowered for step in some)
    return Compiled(_link(graph, steps, plan, tensors, labels), graph, plan,
                    sum(op.products() for op in imported.ops),
                    sum(op.products() for op in graph.ops), seconds)


def _plan(graph: Graph, lowered: list[tuple[LoweredStep, ...]]):
    """A checked plan, and the number of each tensor in it. `lowered` goes by op."""
    tensors = [port.tensor for port in graph.inputs] + [op.output for op in graph.ops]
    number = {id(tensor): i for i, tensor in enumerate(tensors)}
    tasks = []
    for op, steps in zip(graph.ops, lowered, strict=True):
        overwritten = steps[0].in_place if steps else ()
        tasks.append(Task(op.name, tuple(number[id(t)] for t in op.inputs), number[id(op.output)],
                          tuple(number[id(t)] for t in overwritten), keeps=not steps))
    shapes = tuple(tensor.hwc for tensor in tensors)
    ends = [tuple(number[id(port.tensor)] for port in ports)
            for ports in (graph.inputs, graph.outputs)]
    plan = make_plan(tuple(tasks), shapes, *ends, names=[tensor.name for tensor in tensors])
    if plan.arena_bytes > MOST_ARENA:
        raise FitError(_too_large(plan, MOST_ARENA))
    check_plan(tasks, shapes, *ends, plan.offsets, plan.arena_bytes)
    return plan, number


def _too_large(plan: Plan, ram: int) -> str:
    """The line that says what is in the way."""
    when = max((b.first for b in plan.buffers), key=lambda t: sum(
        b.size for b in plan.buffers if b.first <= t <= b.last))
    alive = sorted((b for b in plan.buffers if b.first <= when <= b.last), key=lambda b: -b.size)
    largest = " + ".join(f"`{b.name.split(';')[0]}` {b.size}" for b in alive[:3])
    return (f"the arena needs {plan.arena_bytes} bytes, {plan.arena_bytes - ram} more than the "
            f"{ram} allowed: op {max(when - 1, 0)} holds {largest}; "
            "use a smaller input or fewer channels there")


def _link(graph: Graph, steps: tuple[LoweredStep, ...], plan: Plan, number: dict,
          labels: tuple[str, ...]) -> Schedule:
    """Steps and plan as a schedule: tensors become rings, arrays become offsets."""
    rings: dict[tuple, int] = {}
    data = bytearray()

    def ring(tensor, hwc):
        height, width, channels = hwc
        return rings.setdefault((plan.offsets[number[id(tensor)]], height * width, *hwc),
                                len(rings))

    def place(array):
        data.extend(bytes(-len(data) % 4))
        data.extend(array.astype(array.dtype.newbyteorder("<")).tobytes())
        return len(data) - array.nbytes

    linked = tuple((step.name, {
        "block": step.block, **step.numbers,
        **{name: ring(view.tensor, view.hwc) for name, view in step.rings.items()},
        **{field.name: place(step.arrays[field.name]) for field in step_named(step.name).fields
           if field.role == "data"}}) for step in steps)
    ports = tuple(_port(port, kind, ring) for kind, some in enumerate((graph.inputs, graph.outputs))
                  for port in some)
    names = ("offset", "pixels", "height", "width", "channels")
    return Schedule(graph.name, plan.arena_bytes, tuple(dict(zip(names, key)) for key in rings),
                    ports, linked, bytes(data), labels)


def _port(port, kind: int, ring) -> dict:
    """A port's record."""
    quant, shape = port.tensor.quant, port.shape
    if port.dtype not in DTYPES:
        raise UnsupportedError([f"`{port.tensor.name}`: {port.dtype} as a model's "
                                f"{('input', 'output')[kind]}; use {', '.join(DTYPES)}"])
    if prod(shape) != prod(port.tensor.hwc):
        raise UnsupportedError([f"`{port.tensor.name}` has shape {'x'.join(map(str, shape))}; the "
                                "batch must be 1, known when the model is packed"])
    dims = shape + (1,) * (4 - len(shape))
    bits = struct.unpack("<I", struct.pack("<f", quant.scale))[0] if quant else 0
    return {"ring": ring(port.tensor, port.tensor.hwc), "kind": kind,
            "dtype": DTYPES.index(port.dtype), "scale": bits,
            "zero_point": quant.zero_point if quant else 0, "rank": len(shape),
            "channels_first": int(port.channels_first), **{f"dim{i}": dims[i] for i in range(4)}}
