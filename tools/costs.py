# SPDX-License-Identifier: MIT
"""The table of costs that `tinyml fit` predicts times with, fitted to simulated runs.

    python3 tasks.py costs [--check]

Every model is run in several plans on every core of tools/simulator; what each step took by the
core's model of cycles is fitted by a sum of what it does (tinyml/plan/cores.py), no term below 0.
Printed is how far the table is off; and, what it is worth for other models, how far a table is off
on a model that took no part in it. `--check`: write nothing.
"""
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tinyml.fit.timing import counts
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.plan.cores import MACHINE, OTHER, TABLE, cycles_of, read_costs
from tinyml.schedule import decode

from .simulator import CORES, Simulator
from .simulator.__main__ import on_the_host
from .speed_rows import MODELS, SHARED
from .tables import print_row

MORE = {"person": SHARED / "tflm/person_detect.tflite",
        "speech": SHARED / "tflm/micro_speech_quantized.tflite",
        "nabu": SHARED / "microwakeword/okay_nabu.tflite",
        "wand": SHARED / "magic_wand/quantized_model.tflite",
        "micro_kws": SHARED / "mlonmcu/micro_kws_m_quantized.tflite"}
PLANS = (Options(), Options(goal="smallest", max_extra=0), Options(goal="smallest", feed_rows=True))
PASSES = 600                    # of the descent
TOLD = "plain plan", "smallest", "rows"


def models() -> dict[str, Path]:
    """Short name to file, of those that are there."""
    return {name: path for name, path in (MODELS | MORE).items() if path.exists()}


def schedules() -> list[tuple[str, str, bytes]]:
    """(model, plan, file)"""
    found = []
    for name, path in models().items():
        for told, options in zip(TOLD, PLANS):
            found.append((name, told, pack(path, options=options).file))
    return found


@dataclass(frozen=True)
class Row:
    """A step of a run, or the machine between the steps: what it does, what it took. `whole`: the
    cycles of its run."""

    model: str
    plan: str
    kind: str
    does: dict[str, float]
    cycles: int
    whole: int


def measured(name: str, told: str, file: bytes, core: str) -> list[Row]:
    """A run, step by step."""
    ran, schedule = Simulator(core).run(file, on_the_host(file)[0]), decode(file)
    does = [(kind, counts(schedule, kind, values)) for kind, values in schedule.steps]
    does.append((MACHINE, {"firings": sum(each["firings"] for _, each in does), "runs": 1}))
    return [Row(name, told, kind, each, step.cycles, ran.cycles)
            for (kind, each), step in zip(does, ran.steps, strict=True)]


def fitted(rows: list[Row]) -> dict[str, dict[str, float]]:
    """The costs of a core. A step weighs as much as its share of its run; where kinds are taken
    together, runs don't matter."""
    table = {kind: _least_squares([row for row in rows if row.kind == kind],
                                  lambda row: row.cycles * row.whole)
             for kind in sorted({row.kind for row in rows})}
    table[OTHER] = _least_squares([row for row in rows if "taps" in row.does],
                                  lambda row: row.cycles)
    return table


def predicted(rows: list[Row], table: dict) -> float:
    """The cycles of a run."""
    return sum(cycles_of(table, row.kind, row.does) for row in rows)


def _least_squares(rows: list[Row], square) -> dict[str, float]:
    """The costs, none below 0, whose squared errors are least, each divided by `square` of its row.
    By descent along one cost at a time."""
    terms = list(rows[0].does)
    weight = 1 / np.sqrt([max(square(row), 1) for row in rows])
    does = np.array([[row.does[term] for term in terms] for row in rows], float) * weight[:, None]
    took = np.array([row.cycles for row in rows], float) * weight
    scale = np.sqrt((does ** 2).sum(0)) + 1e-30
    does, costs = does / scale, np.zeros(len(terms))
    gram, aim = does.T @ does, does.T @ took
    for _ in range(PASSES):
        for i in range(len(terms)):
            costs[i] = max(0.0, costs[i] + (aim[i] - gram[i] @ costs) / max(gram[i, i], 1e-30))
    return {term: round(float(cost), 4) for term, cost in zip(terms, costs / scale)}


def main(check: bool) -> None:
    """Measures, fits, writes, and prints how far the table is off."""
    files = schedules()
    rows = {core: [row for one in files for row in measured(*one, core)] for core in CORES}
    if not check:
        table = {core: fitted(rows[core]) for core in CORES}
        TABLE.write_text(json.dumps(table, indent=1) + "\n")
        read_costs.cache_clear()
    print_errors([one[:2] for one in files], rows)


def print_errors(runs: list[tuple[str, str]], rows: dict[str, list[Row]]) -> None:
    """Predicted against counted, in percent; and by a table without that model."""
    without = {(name, core): fitted([row for row in rows[core] if row.model != name])
               for name, _ in runs for core in rows}
    print_row("%: all models; others alone", *rows)
    print_row("---", *("---:" for _ in rows))
    most = {core: [0, 0] for core in rows}
    for run in runs:
        cells = []
        for core, all_rows in rows.items():
            mine = [row for row in all_rows if (row.model, row.plan) == run]
            errors = [100 * (predicted(mine, table) / mine[0].whole - 1)
                      for table in (read_costs()[core], without[run[0], core])]
            most[core] = [max(old, abs(new)) for old, new in zip(most[core], errors)]
            cells.append("{:+.1f}; {:+.1f}".format(*errors))
        print_row(", ".join(run), *cells)
    print_row("**largest**", *("{:.1f}; {:.1f}".format(*most[core]) for core in rows))


if __name__ == "__main__":
    main("--check" in sys.argv)
