# SPDX-License-Identifier: MIT
"""Instructions of one whole inference on an emulated board, and of each op: what `tinyml bench` does.

QEMU counts an instruction as 8 ns (`-icount shift=3`), so the board's own clock counts them: the
same number every time, on any machine. The whole is what a `run` takes, or a `feed` of all rows,
Python included. For the ops a second run goes turn by turn, and the clock is read after each.
"""
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tinyml.board import list_boards, load_board
from tinyml.errors import DeviceError, ModelError
from tinyml.format import step_named
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import pack, read_schedule
from tinyml.remote import LOAD, SECONDS_PER_ITEM, Remote
from tinyml.schedule import Schedule, decode

PER_MICROSECOND = 125           # instructions
TURNS = LOAD + """\
import time
from array import array

def turns(order, row, spent):
    machine = m._machine
    step, offer, ticks, diff = machine.step, machine.offer, time.ticks_cpu, time.ticks_diff
    state, t = 0, ticks()
    for i in order:
        state = step()
        if state == 2:
            offer(row)
        now = ticks()
        spent[i] += diff(now, t)
        t = now
    return state

with open("/rom/order.bin", "rb") as f:
    order = array("H", f.read())
spent, empty, row = [0] * {counters}, [0], m.ports(0)[0].row
m._machine.start()
state = turns(order, row, spent)
turns(array("H", bytes({empty} * 2)), row, empty)
us, t = time.ticks_us(), time.ticks_cpu()
time.sleep_ms(100)
us, t = time.ticks_diff(time.ticks_us(), us), time.ticks_diff(time.ticks_cpu(), t)
print(state, us, t, empty[0], *spent)
"""
EMPTY_TURNS = 1000


@dataclass(frozen=True)
class Op:
    """What one step of the schedule costs. `name` is that of its output in the model, if known;
    `firings`: the pieces of work it is done in."""

    name: str
    kind: str
    firings: int
    products: int
    instructions: int


@dataclass(frozen=True)
class Bench:
    """`instructions`: of a whole run. What `ops` don't have of them is Python and the way to C."""

    model: str
    board: str
    instructions: int
    arena_bytes: int
    stages: int
    fed: bool
    ops: tuple[Op, ...]

    @property
    def products(self) -> int:
        return sum(op.products for op in self.ops)

    def figures(self) -> dict:
        """For --json."""
        rows = [{"name": op.name, "kind": op.kind, "firings": op.firings, "products": op.products,
                 "instructions": op.instructions} for op in self.ops]
        return {"model": self.model, "board": self.board, "instructions": self.instructions,
                "products": self.products, "arena_bytes": self.arena_bytes,
                "plan": {"stages": self.stages, "steps": len(self.ops),
                         "firings": sum(op.firings for op in self.ops),
                         "feed": "rows" if self.fed else "image"},
                "instructions_per_op": rows}


def bench_file(path: Path, board: str, options: Options = Options()) -> Bench:
    """Measures a `.tml`, or a model packed as the options say.

    Raises ModelError, UnsupportedError, FitError, ScheduleError, DeviceError.
    """
    emulated = [name for name in list_boards() if load_board(name).qemu]
    if board not in emulated:
        raise DeviceError(f"`{board}` is no emulated board, where instructions can be counted: "
                          f"choose {', '.join(emulated)}")
    if path.suffix != ".tml":
        packed = pack(path, options=options)
        problem = packed.compiled.plan.problem
        return bench(packed.file, board, [problem.names[task.writes] for task in problem.tasks])
    if options != Options():
        raise ModelError(f"`{path}` is planned already: give the model itself to plan it otherwise")
    return bench(read_schedule(path), board)


def bench(file: bytes, board: str, names: list[str] | None = None) -> Bench:
    """Measures a schedule. `names`: of each step's output in the model."""
    schedule = decode(file)
    order = firing_order(file, schedule)
    with Model(file) as model:
        port = model.ports(0)[0]
        item = bytes(sum(p.bytes for p in model.ports(0)))
        rows = port.bytes // port.row_bytes
    files = {"order.bin": struct.pack(f"<{len(order)}H", *order)}
    with Remote(board, file, files=files) as remote:
        per_step = _turn_by_turn(remote, order, len(schedule.steps))
        (ran,) = remote.run([item], rows)
    firings = Counter(order)
    ops = tuple(Op(names[i] if names else "", kind, firings[i],
                   products_of(schedule, kind, values), per_step[i])
                for i, (kind, values) in enumerate(schedule.steps))
    stages = sum(values["stage"] != 0 for _, values in schedule.steps)
    return Bench(schedule.name, board, ran.microseconds * PER_MICROSECOND, schedule.arena_bytes,
                 stages, port.fed, ops)


def firing_order(file: bytes, schedule: Schedule) -> list[int]:
    """The step of every turn of a run that is fed row by row; the number of steps stands for a
    turn that finds no step to fire and offers a row. The host's runtime tells."""
    starts, at = {-1: len(schedule.steps)}, 0
    for number, (kind, _) in enumerate(schedule.steps):
        starts[at] = number
        at += step_named(kind).size
    order = []
    with Model(file) as model:
        machine, row, state = model._machine, model.ports(0)[0].row, 1
        machine.start()
        while state != 0:
            order.append(starts[machine.next()])
            state = machine.step()
            assert order[-2:] != [len(schedule.steps)] * 2, "a row is not enough for any step"
            if state == 2:
                machine.offer(row)
    return order


def products_of(schedule: Schedule, kind: str, values: dict) -> int:
    """Multiply-accumulates of a step in a run."""
    out, read = schedule.rings[values["output"]], schedule.rings[values["input"]]
    taps = values["k_h"] * values["k_w"]
    each = {"conv2d": lambda: taps * read["channels"],
            "depthwise_conv2d": lambda: taps, "depthwise_wide": lambda: taps,
            "conv2d_stack": lambda: read["channels"],
            "depthwise_conv2d_stack": lambda: values["taps_h"] * values["k_w"],
            "conv2d_unstack": lambda: values["filter_channels"]}.get(kind, lambda: 0)
    return out["height"] * out["width"] * out["channels"] * each()


def _turn_by_turn(remote: Remote, order: list[int], steps: int) -> list[int]:
    """The instructions of each step: of its turns, less what turns of a finished run cost."""
    program = TURNS.format(path=remote.path, counters=steps + 1, empty=EMPTY_TURNS)
    state, us, ticks, empty, *spent = map(int, remote.place.run(program, SECONDS_PER_ITEM).split())
    assert state == 0, "the board's steps went in another order"
    turns, per_tick = Counter(order), PER_MICROSECOND * us / ticks
    return [max(0, round((spent[i] - turns[i] * empty / EMPTY_TURNS) * per_tick))
            for i in range(steps)]
