# SPDX-License-Identifier: MIT
"""The table of peak RAM says which targets are missed."""
import json
from types import SimpleNamespace

import pytest

from tools import memory
from tools.memory_rows import COLUMNS, ROWS, SOURCES

VWW = next(row for row in ROWS if row.name == "mlperf-vww")


def measured(row_fed, row_fed_10, held, seconds=1.0):
    arenas = dict(zip(memory.ARENAS, (row_fed, row_fed_10, held), strict=True))
    return memory.Measured(arenas, dict.fromkeys(memory.ARENAS, 100.0), seconds)


def test_a_row_within_its_targets_holds():
    assert memory.misses(VWW, measured(16, 16, 29, 5.0)) == []


def test_each_miss_is_named():
    assert memory.misses(VWW, measured(16.1, 15, 30, 6)) == [
        "row_fed 16.1 > 16 KiB", "held 30.0 > 29 KiB", "planned in 6.0 > 5 s"]


def test_every_number_has_a_source_and_every_target_is_measured():
    assert set(SOURCES) == set(COLUMNS)
    for row in ROWS:
        assert set(row.rivals) <= set(COLUMNS) and set(row.targets) <= set(memory.ARENAS)


@pytest.fixture
def one_model(monkeypatch, tmp_path):
    """A planner that answers with its options, and only the file of one model."""
    def compile_model(model, name, options):
        arena = 1024 * (20 if options.feed_rows else 30) - (options.max_extra or 0)
        return SimpleNamespace(plan=SimpleNamespace(arena_bytes=arena), plan_seconds=0.25,
                               macs=200, executed_macs=200 + options.max_extra)
    path = tmp_path / VWW.file
    path.parent.mkdir()
    path.write_bytes(b"a model")
    monkeypatch.setattr(memory, "compile_model", compile_model)
    monkeypatch.setattr(memory, "SHARED", tmp_path)


def test_json_has_the_rivals_the_targets_and_ours(one_model, capsys):
    memory.main([], as_json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert row["arenas"] == {"row_fed": 20.0, "row_fed_10": 20 - 10 / 1024, "held": 30.0}
    assert row["products"]["row_fed_10"] == 105.0
    assert row["rivals"]["tflm"] == "72" and row["targets_kib"]["held"] == 29
    assert len(row["misses"]) == 3


def test_the_table_says_what_misses_and_what_was_not_measured(one_model, capsys):
    memory.main(["mlperf-vww", "mlperf-kws"], as_json=False)
    text = capsys.readouterr().out
    assert "20.0 / 16" in text and "mlperf-vww misses: row_fed 20.0 > 16 KiB" in text
    assert "mlperf-kws was not measured" in text


def test_an_unknown_model_is_refused(one_model):
    with pytest.raises(SystemExit, match="unknown: nets"):
        memory.main(["nets"], as_json=False)
