# SPDX-License-Identifier: MIT
"""Instructions of one whole inference on emulated boards, Python's share included.

    python3 tasks.py bench [--json] [--record] [BOARD ...]
    python3 tasks.py bench --plans [--json] [BOARD ...]

Beside them: what other engines take, our targets, and the change since the figures in
tools/recorded.json, which `--record` writes when a version is released. Counted is the second of
two runs: the first takes 3000 instructions more on M4F, while Python looks names up. "machine": the
share of a run that is left when kernels do nothing: scheduling and Python. "cycles": by
tools/simulator, of the machine in C alone, where Unicorn is installed.

`--plans` compares fused plans with op by op: the fastest that is fed rows, the fastest in the RAM of
our targets, and the smallest ones that hold the image, or are fed rows; none computes anything
twice. Rows are fed all in one call, as from a frame in flash.

QEMU counts an instruction as 8 ns (`-icount shift=3`), so the board's own clock counts them: the
same number every time, on any machine. Models of ../shared are added where they are there.
"""
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from tinyml.bench import PER_MICROSECOND
from tinyml.model import Model
from tinyml.pack import pack
from tinyml.plan import Options
from tinyml.remote import Remote

from .bench_tables import board_table, plan_table
from .speed_rows import CYCLE_TARGETS, MODELS, ROW_FED_KIB, SOURCES, rivals, target
from .steps import ROOT

try:
    from .simulator import Simulator
except ImportError:             # Unicorn is not there
    Simulator = None

CORES = {"m4f": "m4"}           # the simulator's name, where it isn't the board's
BOARDS = ("m0", "m3", "m4f", "m33", "m7", "rv32")
RECORDED = ROOT / "tools" / "recorded.json"
FASTEST = {"fastest": Options()}
PLANS = {
    "op by op": Options(stages="single"),
    "fast rows": Options(stages="rings", feed_rows=True),
    "rings": Options(goal="smallest", stages="rings"),
    "rows": Options(goal="smallest", stages="rings", feed_rows=True),
}


def plans_of(name: str) -> dict[str, Options]:
    """All plans of a model to be compared."""
    if name not in ROW_FED_KIB:
        return PLANS
    ram = ROW_FED_KIB[name]
    small = Options(stages="rings", feed_rows=True, ram=ram * 1024)
    return {"op by op": PLANS["op by op"], f"rows, {ram} KiB": small, **PLANS}


@dataclass(frozen=True)
class Measured:
    """A model on a board. `machine`: the instructions that are not in kernels. `cycles`: what the
    core's model says of the C alone; None where there is no simulator."""

    model: str
    board: str
    plan: str
    macs: int
    arena_bytes: int
    instructions: int
    machine: int
    cycles: int | None
    recorded: int | None

    @property
    def machine_percent(self) -> float:
        return 100 * self.machine / self.instructions

    @property
    def change_percent(self) -> float | None:
        """Since the last release; None if nothing was recorded."""
        return self.recorded and 100 * (self.instructions / self.recorded - 1)

    @property
    def misses(self) -> bool:
        limit = target(self.board, self.model)
        return self.plan == "fastest" and limit is not None and self.instructions > limit * 1e6

    @property
    def cycle_target(self) -> float | None:
        """Cycles per product."""
        return CYCLE_TARGETS.get(self.board, {}).get(self.model)

    @property
    def cycles_each(self) -> float | None:
        return self.cycles and self.cycles / self.macs

    def figures(self) -> dict:
        """A row of `--json`; rivals and targets in instructions too."""
        limit = target(self.board, self.model)
        return {"model": self.model, "board": self.board, "plan": self.plan, "macs": self.macs,
                "arena_bytes": self.arena_bytes, "instructions": self.instructions,
                "machine_percent": round(self.machine_percent, 2),
                "rivals": {engine: round(millions * 1e6)
                           for engine, millions in rivals(self.board, self.model).items()},
                "target": limit and round(limit * 1e6), "cycles": self.cycles,
                "cycles_target": self.cycle_target and round(self.cycle_target * self.macs),
                "recorded": self.recorded,
                "change_percent": self.recorded and round(self.change_percent, 2)}


def count(board: str, file: bytes, input_bytes: int, build: str = "full") -> int:
    """Instructions of one inference on a board, not the first; what is fed is fed in one call."""
    with Model(file) as model:
        port = model.ports(0)[0]
        rows = port.bytes // port.row_bytes
    with Remote(board, file, build=build) as remote:
        return remote.time(bytes(input_bytes), rows) * PER_MICROSECOND


def model_cycles(board: str, file: bytes) -> int | None:
    """Cycles of one inference in C, by the model of the board's core."""
    if Simulator is None:
        return None
    with Model(file) as model:
        inputs = [bytes(port.bytes) for port in model.ports(0)]
    return Simulator(CORES.get(board, board)).run(file, inputs).cycles


def measure(name: str, path: Path, plan: str, options: Options, boards: list[str],
            recorded: dict) -> list[Measured]:
    """One plan of a model, on every board."""
    packed = pack(path, options=options)
    inputs = sum(port.tensor.elements for port in packed.compiled.graph.inputs)
    return [Measured(name, board, plan, packed.compiled.macs,
                     packed.compiled.schedule.arena_bytes,
                     count(board, packed.file, inputs), count(board, packed.file, inputs, "none"),
                     model_cycles(board, packed.file) if plan == "fastest" else None,
                     recorded.get(name, {}).get(board) if plan == "fastest" else None)
            for board in boards]


def version() -> str:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def read_recorded() -> dict:
    """{"version": of the release, "instructions": {model: {board: number}}}"""
    return json.loads(RECORDED.read_text())


def record(results: list[Measured]) -> None:
    """The figures of this version; what was not measured now stays as it was."""
    figures = read_recorded()["instructions"]
    for result in results:
        figures.setdefault(result.model, {})[result.board] = result.instructions
    RECORDED.write_text(json.dumps({"version": version(), "instructions": figures}, indent=1)
                        + "\n")


def main(boards: list[str], words: set[str]) -> None:
    """The tables, or a JSON list of their rows."""
    recorded = read_recorded()
    fused = "--plans" in words
    results = [result for name, path in MODELS.items() if path.exists()
               for plan, options in (plans_of(name) if fused else FASTEST).items()
               for result in measure(name, path, plan, options, boards, recorded["instructions"])]
    if "--record" in words and not fused:
        record(results)
    if "--json" in words:
        print(json.dumps([result.figures() for result in results]))
        return
    console = Console(width=None if sys.stdout.isatty() else 120)
    for board in boards:
        here = [result for result in results if result.board == board]
        console.print(plan_table(board, here) if fused else
                      board_table(board, here, recorded["version"]))
    for source in () if fused else SOURCES:
        console.print(f"  {source}", highlight=False)
    for name, path in MODELS.items():
        if not path.exists():
            console.print(f"{name} was not measured: no {path}", highlight=False)


if __name__ == "__main__":
    main([word for word in sys.argv[1:] if not word.startswith("--")] or list(BOARDS),
         {word for word in sys.argv[1:] if word.startswith("--")})
