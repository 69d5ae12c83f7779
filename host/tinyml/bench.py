# SPDX-License-Identifier: MIT
"""Instructions of one whole inference on an emulated board, and of each op: what `tinyml bench` does.

QEMU counts an instruction as 8 ns (`-icount shift=3`), so the board's own clock counts them: the
same number every time, on any machine (turns.py).
"""
from dataclasses import dataclass
from pathlib import Path

from tinyml.board import list_boards, load_board
from tinyml.errors import DeviceError, ModelError
from tinyml.options import Options
from tinyml.pack import Packed, pack, read_schedule
from tinyml.schedule import Schedule, decode
from tinyml.turns import measure

PER_MICROSECOND = 125           # instructions


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
    return bench(*named(path, options), board)


def named(path: Path, options: Options) -> tuple[bytes, tuple[str, ...]]:
    """A `.tml` as it is, or a model packed as the options say; and the name of each step's output
    in the model, as far as it is known. Raises as `bench_file` does."""
    if path.suffix != ".tml":
        packed = pack(path, options=options)
        return packed.file, names_of(packed)
    if options != Options():
        raise ModelError(f"`{path}` is planned already: give the model itself to plan it otherwise")
    file = read_schedule(path)
    return file, ("",) * len(decode(file).steps)


def names_of(packed: Packed) -> tuple[str, ...]:
    """The name of each step's output."""
    problem = packed.compiled.plan.problem
    return tuple(problem.names[task.writes] for task in problem.tasks)


def bench(file: bytes, names: tuple[str, ...], board: str) -> Bench:
    """Measures a schedule. `names`: of each step's output in the model."""
    schedule, turns = decode(file), measure(file, board)
    ops = tuple(Op(name, kind, firings, products_of(schedule, kind, values),
                   round(time * PER_MICROSECOND))
                for name, (kind, values), firings, time in zip(
                    names, schedule.steps, turns.firings, turns.steps, strict=True))
    stages = sum(values["stage"] != 0 for _, values in schedule.steps)
    fed = any(kind == "take" for kind, _ in schedule.steps)
    return Bench(schedule.name, board, turns.whole * PER_MICROSECOND, schedule.arena_bytes,
                 stages, fed, ops)


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

