# SPDX-License-Identifier: MIT
"""The arenas of whole models beside those of other engines, and the targets of each.

    python3 tasks.py bench --memory [--json] [MODEL ...]

An arena is everything that the board allocates for a run: activations, rings, scratch, state.
Row-fed: the image is never held. +10 %: at most so many products are computed again. Models of
../shared are measured where they are there. KiB are 1024 bytes.
"""
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tinyml.pipeline import compile_model
from tinyml.options import Options

from .memory_rows import COLUMNS, ROWS, SOURCES, Row
from .networks import build
from .steps import ROOT

SHARED = ROOT.parent / "shared/models"
KIB = 1024
# What is measured -> products computed again, in percent, and whether rows are fed.
ARENAS = {"row_fed": (0, True), "row_fed_10": (10, True), "held": (0, False)}


@dataclass(frozen=True)
class Measured:
    """Arenas in KiB by the names of ARENAS; products in percent of the model's; seconds of the
    slowest of the plans."""

    arenas: dict[str, float]
    products: dict[str, float]
    plan_seconds: float


def model_bytes(path: Path) -> bytes:
    """A .tflite file, or one built from the table of a network."""
    return build(json.loads(path.read_text())) if path.suffix == ".json" else path.read_bytes()


def measure(model: bytes, name: str) -> Measured:
    """The smallest arenas that the planner finds."""
    compiled = {what: compile_model(model, name, options=Options(
        goal="smallest", max_extra=extra, feed_rows=feed)) for what, (extra, feed) in ARENAS.items()}
    return Measured({what: c.plan.arena_bytes / KIB for what, c in compiled.items()},
                    {what: 100 * c.executed_macs / c.macs for what, c in compiled.items()},
                    max(c.plan_seconds for c in compiled.values()))


def misses(row: Row, measured: Measured) -> list[str]:
    """What is over its target, one phrase each."""
    arenas = [f"{what} {measured.arenas[what]:.1f} > {target:g} KiB"
              for what, target in row.targets.items() if measured.arenas[what] > target]
    late = measured.plan_seconds > row.most_seconds
    return arenas + ([f"planned in {measured.plan_seconds:.1f} > {row.most_seconds:g} s"]
                     if late else [])


def figures(row: Row, measured: Measured) -> dict:
    """A row of `--json`."""
    return {"model": row.name, "rivals": row.rivals, "targets_kib": row.targets,
            **asdict(measured), "misses": misses(row, measured)}


def table_of(results: list[tuple[Row, Measured]]) -> Table:
    """Each arena as `ours / target`; what misses is red and says so in words."""
    table = Table(title="Peak RAM in KiB: ours / target")
    for column in ("model", *COLUMNS.values(), *ARENAS, "seconds", "verdict"):
        table.add_column(column, justify="left" if column in ("model", "verdict") else "right")
    for row, measured in results:
        missed = misses(row, measured)
        arenas = (_against(measured.arenas[what], row.targets.get(what)) for what in ARENAS)
        table.add_row(row.name, *(row.rivals.get(column, "-") for column in COLUMNS), *arenas,
                      f"{measured.plan_seconds:.1f}", "[red]misses[/]" if missed else "holds")
    return table


def _against(arena: float, target: float | None) -> str:
    if target is None:
        return f"{arena:.1f}"
    text = f"{arena:.1f} / {target:g}"
    return f"[red]{text}[/]" if arena > target else text


def main(names: list[str], as_json: bool) -> None:
    """The table with what it misses, or a JSON list of its rows."""
    chosen = [row for row in ROWS if not names or row.name in names]
    unknown = set(names) - {row.name for row in chosen}
    if unknown:
        sys.exit(f"unknown: {' '.join(sorted(unknown))}; known: {' '.join(r.name for r in ROWS)}")
    there = [row for row in chosen if (SHARED / row.file).exists()]
    results = [(row, measure(model_bytes(SHARED / row.file), row.name)) for row in there]
    if as_json:
        print(json.dumps([figures(row, measured) for row, measured in results]))
        return
    console = Console(width=None if sys.stdout.isatty() else 180)
    console.print(table_of(results))
    for column, source in SOURCES.items():
        console.print(f"  {COLUMNS[column]}: {source}", highlight=False)
    for row, measured in results:
        for missed in misses(row, measured):
            console.print(f"{row.name} misses: {missed}", highlight=False)
    for row in chosen:
        if row not in there:
            console.print(f"{row.name} was not measured: no {SHARED / row.file}", highlight=False)


if __name__ == "__main__":
    words = sys.argv[1:]
    main([word for word in words if word != "--json"], "--json" in words)
