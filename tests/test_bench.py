# SPDX-License-Identifier: MIT
"""`tinyml bench`: what the ops cost is what a run costs, and nobody counts twice."""
import json
from dataclasses import asdict
from io import StringIO

import pytest
from rich.console import Console

from tests.shared import model_file, needs_shared
from tests.small_schedules import LARGER
from tests.test_cli import fails, succeeds, tinyml
from tinyml.bench import bench_file, products_of
from tinyml.emulator import FIRMWARE
from tinyml.errors import DeviceError, ModelError
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.remote import BUILT
from tinyml.schedule import decode
from tinyml.turns import firing_order
from tools.bench import BOARDS, Measured, read_recorded
from tools.bench_tables import board_table, plan_table
from tools.speed_rows import MODELS, ROWS

PLANS = {
    "op by op": Options(stages="single"),
    "rings": Options(goal="smallest", stages="rings"),
    "recompute": Options(goal="smallest", stages="recompute"),
    "patches": Options(stages="patches"),
    "rows": Options(goal="smallest", stages="rings", feed_rows=True),
}
PYTHON_SHARE = 0.03             # of a run
KEYS = {"model", "board", "instructions", "products", "arena_bytes", "plan",
        "instructions_per_op"}


def bench(path, board, options=Options()):
    if not (FIRMWARE / f"{board}.elf").exists() or not (BUILT / "tinyml.mpy").exists():
        pytest.skip(f"python3 tasks.py build {board} mpy")
    return bench_file(path, board, options)


def agrees(measured):
    """The ops have all of a run but Python's share."""
    ops = sum(op.instructions for op in measured.ops)
    return 0 < measured.instructions - ops < PYTHON_SHARE * measured.instructions


@pytest.mark.parametrize("plan", PLANS)
def test_the_ops_of_a_run_add_up_to_it(board, plan):
    assert agrees(bench(LARGER, board, PLANS[plan]))


@needs_shared
@pytest.mark.parametrize("plan", ["op by op", "rows"])
def test_the_ops_of_a_real_model_add_up(board, plan):
    assert agrees(bench(model_file("mlperf_tiny/kws_ref_model"), board, PLANS[plan]))


def test_the_number_is_the_same_every_time():
    one, two = bench(LARGER, "m4f"), bench(LARGER, "m4f")
    assert abs(one.instructions - two.instructions) <= 2 * 125          # the clock's microsecond
    for a, b in zip(one.ops, two.ops, strict=True):
        assert abs(a.instructions - b.instructions) <= 64 + a.instructions // 500
        assert asdict(a) | {"instructions": 0} == asdict(b) | {"instructions": 0}


@pytest.mark.parametrize("plan", PLANS)
def test_products_are_those_of_the_plan(plan):
    packed = pack(LARGER, options=PLANS[plan])
    schedule = packed.compiled.schedule
    counted = sum(products_of(schedule, *step) for step in schedule.steps)
    assert counted >= packed.compiled.executed_macs
    if plan != "recompute":     # rows of a stack that are padding are multiplied too
        assert counted == packed.compiled.executed_macs


@pytest.mark.parametrize("plan", PLANS)
def test_every_step_has_its_turns(plan):
    packed = pack(LARGER, options=PLANS[plan])
    schedule = decode(packed.file)
    order = firing_order(packed.file, schedule)
    assert set(range(len(schedule.steps))) <= set(order)
    assert order.count(len(schedule.steps)) == 28 * (plan == "rows")    # a row is offered


def test_the_command_tells_all_of_it(tmp_path):
    bench(LARGER, "m4f")
    options = ("--minimum", "--feed", "rows", "--stages", "rings")
    figures = json.loads(succeeds("bench", LARGER, "--on", "m4f", "--json", *options))
    assert set(figures) == KEYS and figures["model"] == "larger" and figures["board"] == "m4f"
    assert figures["plan"]["feed"] == "rows" and figures["plan"]["stages"] < 10
    ops = figures["instructions_per_op"]
    assert figures["plan"]["steps"] == len(ops) and figures["products"] == 1286008
    assert set(ops[1]) == {"name", "kind", "firings", "products", "instructions"}
    assert (ops[0]["kind"], ops[1]["kind"], ops[1]["name"]) == ("take", "conv2d", "stem")
    table = succeeds("bench", LARGER, "--on", "m4f")
    assert "one run" in table and "stem" in table and "Python" in table
    succeeds("pack", LARGER, "-o", tmp_path / "x.tml")
    packed = json.loads(succeeds("bench", tmp_path / "x.tml", "--on", "m4f", "--json"))
    assert packed["instructions_per_op"][0]["name"] == ""      # a schedule has no names


def test_a_bench_that_cannot_be_says_why(tmp_path, monkeypatch):
    assert "choose m0, m3, m33, m4f, m7, rv32" in fails("bench", LARGER, "--on", "/dev/ttyACM0")
    assert tinyml("bench", LARGER).returncode == 2
    (tmp_path / "x.tml").write_bytes(pack(LARGER).file)
    with pytest.raises(ModelError, match="is planned already"):
        bench_file(tmp_path / "x.tml", "m4f", PLANS["rings"])
    monkeypatch.setattr("tinyml.emulator.FIRMWARE", tmp_path)
    with pytest.raises(DeviceError, match="has no firmware yet: type `python3 tasks.py build m7`"):
        bench_file(LARGER, "m7")
    monkeypatch.setattr("tinyml.remote.BUILT", tmp_path)
    with pytest.raises(DeviceError, match="is not built: type `python3 tasks.py build`"):
        bench_file(LARGER, "m4f")


# tasks.py bench

def measured(**changes):
    given = {"model": "vww", "board": "m4f", "plan": "fastest", "macs": 7_490_000,
             "arena_bytes": 28_232, "instructions": 8_000_000, "machine": 100_000,
             "cycles": 9_000_000, "recorded": 10_000_000}
    return Measured(**given | changes)


def printed(table):
    console = Console(width=100, file=StringIO())
    console.print(table)
    return console.file.getvalue()


def test_the_table_of_a_board_has_rivals_targets_and_the_change():
    text = printed(board_table("m4f", [measured(), measured(model="larger", recorded=None)], "0.1"))
    for words in ("TinyEngine", "19.71", "<= 7.50", "8.00 misses", "41 %", "1.2 %", "-20.0 %"):
        assert words in text, words
    assert "misses" not in printed(board_table("m4f", [measured(instructions=7_400_000)], "0.1"))


def test_the_table_of_plans_compares_with_op_by_op():
    text = printed(plan_table("m0", [measured(plan="op by op"),
                                     measured(plan="rings", instructions=8_400_000)]))
    assert "+5.0 %" in text and "op by op" in text


def test_the_figures_of_a_row_are_instructions():
    figures = measured().figures()
    assert figures["rivals"]["TFLM + CMSIS-NN"] == 24_100_000 and figures["target"] == 7_500_000
    assert figures["change_percent"] == -20 and figures["machine_percent"] == 1.25
    assert measured(board="m3").figures()["target"] is None
    m7 = measured(board="m7")
    assert m7.figures()["cycles_target"] == round(0.9 * 7_490_000) and m7.cycles_each > 1.2
    assert "1.20 / 0.9 misses" in printed(board_table("m7", [m7], "0.1"))


def test_recorded_figures_are_of_known_models_and_boards():
    recorded = read_recorded()["instructions"]
    assert set(recorded) <= set(MODELS)
    assert {board for row in recorded.values() for board in row} <= set(BOARDS)
    assert {row.board for row in ROWS} <= set(BOARDS)
