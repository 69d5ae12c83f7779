# SPDX-License-Identifier: MIT
"""The table of costs that `tinyml fit` predicts times with, fitted to simulated runs.

    python3 tasks.py costs [--check]

Every model is run in several plans on every core of tools/simulator; what each step took by the
core's model of cycles is fitted by a sum of what it does (tinyml/fit/timing.py), no term below 0.
UNSEEN models are run as well, to see what the table is worth for others: they take no part in the
fit. `--check`: compare the table that is there with the runs, and write nothing.
"""
import json
import sys
from pathlib import Path

import numpy as np
from tinyml.fit.timing import MACHINE, OTHER, TABLE, counts, predicted_cycles, read_costs
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.schedule import Schedule, decode

from .simulator import CORES, Simulator
from .simulator.__main__ import on_the_host
from .speed_rows import MODELS, SHARED
from .tables import print_row

MORE = {"person": SHARED / "tflm/person_detect.tflite",
        "nabu": SHARED / "microwakeword/okay_nabu.tflite"}
UNSEEN = {"speech": SHARED / "tflm/micro_speech_quantized.tflite",
          "wand": SHARED / "magic_wand/quantized_model.tflite",
          "micro_kws": SHARED / "mlonmcu/micro_kws_m_quantized.tflite"}
PLANS = (Options(), Options(goal="smallest", max_extra=0), Options(goal="smallest", feed_rows=True))
PASSES = 2000                   # of the descent
TOLD = "plain plan", "smallest", "rows"


def models() -> dict[str, Path]:
    """Short name to file, of those that are there."""
    return {name: path for name, path in (MODELS | MORE | UNSEEN).items() if path.exists()}


def schedules() -> list[tuple[str, str, bytes]]:
    """(model, plan, file)"""
    found = []
    for name, path in models().items():
        for told, options in zip(TOLD, PLANS):
            found.append((name, told, pack(path, options=options).file))
    return found


def measured_rows(file: bytes, schedule: Schedule, core: str) -> list[tuple[str, dict, int]]:
    """(kind, what it does, cycles) of each step, and of the machine between them."""
    ran = Simulator(core).run(file, on_the_host(file)[0])
    rows = [(kind, counts(schedule, kind, values), step.cycles)
            for (kind, values), step in zip(schedule.steps, ran.steps)]
    firings = sum(each["firings"] for _, each, _ in rows)
    return [*rows, (MACHINE, {"firings": firings, "runs": 1}, ran.steps[-1].cycles)]


def fitted(rows: list[tuple[str, dict, int]], whole: list[int]) -> dict[str, dict[str, float]]:
    """The costs of a core. `whole`: the cycles of the run that a row belongs to."""
    names = sorted({kind for kind, _, _ in rows})
    table = {}
    for name in [*names, OTHER]:
        mine = [i for i, (kind, _, _) in enumerate(rows) if kind == name
                or name == OTHER and "taps" in rows[i][1]]
        table[name] = _least_squares([rows[i] for i in mine], [whole[i] for i in mine])
    return table


def _least_squares(rows: list, whole: list[int]) -> dict[str, float]:
    """The costs, none below 0, whose squared errors are least; each as a share of its run and of
    its step alike. By descent along one cost at a time."""
    terms = list(rows[0][1])
    does = np.array([[each[term] for term in terms] for _, each, _ in rows], float)
    took = np.array([cycles for _, _, cycles in rows], float)
    weight = 1 / np.sqrt(np.maximum(took, 1) * np.array(whole, float))
    does, took = does * weight[:, None], took * weight
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
    decoded = [decode(file) for _, _, file in files]
    table, took = {}, {}
    for core in CORES:
        rows, whole = [], []
        for (name, told, file), schedule in zip(files, decoded):
            found = measured_rows(file, schedule, core)
            took[core, name, told] = sum(cycles for _, _, cycles in found)
            if name not in UNSEEN:
                rows += found
                whole += [took[core, name, told]] * len(found)
        table[core] = fitted(rows, whole)
    if not check:
        TABLE.write_text(json.dumps(table, indent=1) + "\n")
        read_costs.cache_clear()
    _print_errors(files, decoded, took)


def _print_errors(files: list, decoded: list[Schedule], took: dict) -> None:
    """Predicted against counted, in percent."""
    print_row("predicted - counted, %", *CORES)
    print_row("---", *("---:" for _ in CORES))
    errors = {}
    for (name, told, _), schedule in zip(files, decoded):
        row = [100 * (predicted_cycles(schedule, core) / took[core, name, told] - 1)
               for core in CORES]
        errors[name, told] = row
        print_row(f"{name}, {told}", *(f"{error:+.1f}" for error in row))
    for title, is_seen in (("fitted", True), ("unseen", False)):
        rows = [row for (name, _), row in errors.items() if (name not in UNSEEN) == is_seen]
        most = [max(map(abs, column)) for column in zip(*rows)]
        print_row(f"**largest, {title}**", *(f"{error:.1f}" for error in most))


if __name__ == "__main__":
    main("--check" in sys.argv)
