# SPDX-License-Identifier: MIT
"""Where the time of a run goes, op by op and stage by stage: what `tinyml profile` does.

On emulated boards instructions are counted, elsewhere microseconds.
"""
from dataclasses import asdict, dataclass
from pathlib import Path

from tinyml.bench import PER_MICROSECOND, named, products_of
from tinyml.board import list_boards, load_board
from tinyml.options import Options
from tinyml.schedule import decode
from tinyml.run import require_place
from tinyml.turns import measure

FEW = 4                         # pixels of a firing: kernels compute so many at once


@dataclass(frozen=True)
class Part:
    """What a step costs. `name` is that of its output in the model, if known; `block`: the pixels
    that it fires, of `pixels` in all."""

    name: str
    kind: str
    firings: int
    block: int
    pixels: int
    products: int
    cost: float


@dataclass(frozen=True)
class Span:
    """A stage: its steps `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True)
class Profile:
    """Costs are in `unit`; what the parts don't have of the whole is Python."""

    model: str
    on: str
    unit: str                   # instructions | microseconds
    whole: float
    arena_bytes: int
    parts: tuple[Part, ...]
    stages: tuple[Span, ...]

    @property
    def rest(self) -> float:
        return max(self.whole - sum(part.cost for part in self.parts), 0)

    def cost(self, stage: Span) -> float:
        """Of a stage."""
        return sum(part.cost for part in self.parts[stage.first:stage.last + 1])

    def share(self, cost: float) -> float:
        return cost / max(self.whole, 1e-9)

    @property
    def culprit(self) -> str:
        """The op that costs most, and why, as far as its step tells."""
        if not self.parts:
            return "The model has no ops."
        worst = max(self.parts, key=lambda part: part.cost)
        if self.rest > worst.cost:
            return (f"Python and the way to C take {100 * self.share(self.rest):.0f} % of the run, "
                    "more than any op.")
        number = self.parts.index(worst)
        name = f" `{worst.name.split(';')[0]}`" if worst.name else ""
        share = f"{100 * self.share(worst.cost):.0f} % of the run"
        return (f"Most goes to op {number}, {worst.kind}{name}: {share}{self._products(worst)}."
                f"{self._why(worst)}")

    def _products(self, part: Part) -> str:
        """Its share of the products, to compare with."""
        products = sum(other.products for other in self.parts)
        if not part.products:
            return ""
        return f", {100 * part.products / products:.0f} % of the products"

    def _why(self, part: Part) -> str:
        if part.kind.endswith("stack"):
            return (" It computes rows again to save RAM: give the plan more with --ram, or "
                    "--max-extra-macs 0.")
        if part.block < min(FEW, part.pixels):
            return (f" It fires {part.firings:,} times, {part.block} of {part.pixels:,} pixels at "
                    "a time: more RAM (--ram) makes for longer firings.")
        return ""

    def figures(self) -> dict:
        """For --json."""
        stages = [asdict(stage) | {"cost": self.cost(stage)} for stage in self.stages]
        return {"model": self.model, "on": self.on, "unit": self.unit, "whole": self.whole,
                "rest": self.rest, "arena_bytes": self.arena_bytes, "culprit": self.culprit,
                "stages": stages, "ops": [asdict(part) for part in self.parts]}


def profile_file(path: Path, on: str, options: Options = Options()) -> Profile:
    """Measures a `.tml`, or a model packed as the options say, anywhere.

    Raises ModelError, UnsupportedError, FitError, ScheduleError, DeviceError.
    """
    require_place(on)
    return profile(*named(path, options), on)


def profile(file: bytes, names: tuple[str, ...], on: str) -> Profile:
    """Measures a schedule. `names`: of each step's output in the model."""
    schedule, turns = decode(file), measure(file, on)
    counted = on in list_boards() and bool(load_board(on).qemu)
    each = PER_MICROSECOND if counted else 1
    parts = []
    for name, (kind, values), firings, time in zip(names, schedule.steps, turns.firings,
                                                   turns.steps, strict=True):
        out = schedule.rings[values["output"]]
        parts.append(Part(name, kind, firings, values["block"], out["height"] * out["width"],
                          products_of(schedule, kind, values), time * each))
    stages = tuple(Span(first, first + values["stage"] - 1)
                   for first, (_, values) in enumerate(schedule.steps) if values["stage"])
    return Profile(schedule.name, on, "instructions" if counted else "microseconds",
                   turns.whole * each, schedule.arena_bytes, tuple(parts), stages)
