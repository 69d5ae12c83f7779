# SPDX-License-Identifier: MIT
"""The demo's model is what `python3 tasks.py search small` found: it keeps to that budget, answers the
same everywhere, as well as its log says."""
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.test_bad_board import open_or_skip_remote
from tinyml.bench import bench_file
from tinyml.fit.timing import predicted_cycles
from tinyml.inputs import read_input
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.schedule import encode
from tinyml.search.finalists import int8_accuracy
from tinyml.search.keys import net_key
from tinyml.search.saved import read_saved
from tools import search_study

FOLDER = Path(__file__).resolve().parents[1] / "examples/fashion"
DEMO, LOG = FOLDER / "fashion.tflite", FOLDER / "search"
BUDGET = search_study.BUDGETS["small"]
OPTIONS = Options(ram=BUDGET.ram, feed_rows=True, core=BUDGET.core, cycles=BUDGET.cycles)


@pytest.fixture(scope="module")
def packed():
    return pack(DEMO, options=OPTIONS)


@pytest.fixture(scope="module")
def photos(packed):
    with Model(packed.file) as model:
        return [read_input(path, model.ports(0)[0])[0] for path in sorted(FOLDER.glob("images/*.png"))]


@pytest.fixture(scope="module")
def answers(packed, photos):
    """Of this machine."""
    with Model(packed.file) as model:
        return [bytes(model.run(photo)) for photo in photos]


@pytest.fixture(scope="module")
def best():
    return json.loads((LOG / "table.json").read_text())["best"]


# The budget

def test_it_keeps_to_the_bytes(packed):
    """And so does the file with the photo in the arena, which README.md packs."""
    assert (BUDGET.ram, BUDGET.flash) == (2048, 16384)
    schedule = packed.compiled.schedule
    assert schedule.arena_bytes <= BUDGET.ram
    assert len(schedule.data) < len(packed.file) <= BUDGET.flash
    held = pack(DEMO, options=replace(OPTIONS, feed_rows=False)).compiled.schedule
    assert held.arena_bytes <= BUDGET.ram and not Model(encode(held)).ports(0)[0].fed


def test_it_keeps_to_the_cycles(packed, photos, answers):
    """By the table of costs, and counted on a simulated core."""
    assert BUDGET.cycles == 3_200_000
    assert predicted_cycles(packed.compiled.schedule, BUDGET.core) <= BUDGET.cycles
    simulator = pytest.importorskip("tools.simulator")
    ran = simulator.Simulator(BUDGET.core).run(packed.file, photos[:1])
    assert ran.outputs == (answers[0],) and ran.instructions < ran.cycles <= BUDGET.cycles


def test_the_page_has_its_numbers(packed, best):
    page = (FOLDER / "README.md").read_text()
    schedule = packed.compiled.schedule
    for number in (schedule.arena_bytes, len(packed.file), len(schedule.data), packed.compiled.macs,
                   packed.compiled.executed_macs, predicted_cycles(schedule, BUDGET.core),
                   DEMO.stat().st_size):
        assert f"{number:,}".replace(",", " ") in page, number
    assert f"{best['test']:.2%}".replace("%", " %") in page


# Everywhere the same

def test_a_board_gives_the_bytes_of_this_machine(board, packed, photos, answers):
    with open_or_skip_remote(board, packed.file) as remote:
        assert remote.selftest() == (2, 2)
        assert [ran.outputs[0] for ran in remote.run(photos)] == answers


def test_a_whole_run_on_the_board_takes_no_more_than_the_core_alone_may(packed):
    """MicroPython, which gives the rows, included."""
    open_or_skip_remote("m0", packed.file).place.close()
    assert bench_file(DEMO, "m0", OPTIONS).instructions <= BUDGET.cycles


def test_tensorflow_lite_micro_gives_the_same_bytes(packed, photos, answers):
    pytest.importorskip("tflite_micro")
    from tests import tflm
    noise = list(np.random.default_rng(1).bytes(len(photos[0])) for _ in range(20))
    with Model(packed.file) as model:
        shape = model.input_shape[0]
        wanted = answers + [bytes(model.run(item)) for item in noise]
    for item, answer in zip(photos + noise, wanted, strict=True):
        (told,) = tflm.run(DEMO.read_bytes(), [np.frombuffer(item, np.int8).reshape(shape)])
        assert told.tobytes() == answer


# The log

def test_the_log_is_of_this_model(packed, best):
    saved = read_saved(LOG / "best.npz")
    results = {record["key"]: record["result"] for record in
               map(json.loads, (LOG / "journal.jsonl").read_text().splitlines())}
    trained = {key: result for key, result in results.items()
               if key.rpartition("-")[0] == net_key(saved.net) and not key.endswith("-trial")}
    (key,) = (key for key, result in trained.items() if result.items() <= best.items())
    assert any(net_key(saved.net) in result for name, result in results.items()
               if name.startswith("evolve/"))
    schedule = packed.compiled.schedule
    assert best["arena_bytes"] == schedule.arena_bytes
    assert best["products"] == packed.compiled.executed_macs
    assert best["cycles"] == predicted_cycles(schedule, BUDGET.core)
    # A search packs the graph itself: there is no PAD to be folded, and the name is another.
    assert best["file_bytes"] == len(encode(replace(schedule, name=key, removed=())))
    asked = results["settings"]
    assert list(schedule.labels) == asked["classes"]
    assert [asked["budget"][name] for name in ("ram", "flash", "cycles", "core", "row_fed")] == [
        BUDGET.ram, BUDGET.flash, BUDGET.cycles, BUDGET.core, BUDGET.row_fed]


def test_it_is_right_as_often_as_the_log_says(packed, best):
    if not search_study.FOLDER.is_dir():
        pytest.skip("apt install dataset-fashion-mnist")
    data = search_study.fashion()
    with Model(packed.file) as model:
        test = data.test.at(model.input_shape[0][1:3])
        assert len(test.y) == 10_000
        assert int8_accuracy(model, test, data) == best["test"]
