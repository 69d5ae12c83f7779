# SPDX-License-Identifier: MIT
"""Published networks, planned from the command line."""
import json
from pathlib import Path

from typer.testing import CliRunner

from tinyml.cli import app
from tinyml.errors import SearchError
from tinyml.search.study import USUAL, WAYS, Studied, cells, study, study_table

NAME = "mcunet-5fps"
MANUAL = (Path(__file__).parents[1] / "docs/PLANNER.md").read_text().splitlines()


def test_every_way_needs_less_than_the_one_before():
    result = CliRunner().invoke(app, ["plan-study", NAME, "--json"])
    assert result.exit_code == 0, result.output
    found = Studied(**json.loads(result.output)[0])
    arenas = found.arenas
    assert arenas["fed: smallest"] < arenas["fed: rings"] < arenas["rings"] < arenas["patches"]
    assert arenas["patches"] < arenas["op by op"]
    assert [way for way in WAYS if not found.extra[way]] == ["op by op", "rings", "rings, 10 %", "fed: rings"]
    assert all(found.extra[way] <= 10 for way in WAYS if "10 %" in way)
    (row,) = (line for line in MANUAL if line.startswith(f"| {NAME} |"))
    assert row == f"| {' | '.join(cells(found))} |"


def test_the_manual_has_the_table_of_the_command():
    head = ["network", "million products", *WAYS]
    start = MANUAL.index(f"| {' | '.join(head)} |")
    rows = [line.split(" | ") for line in MANUAL[start + 2:start + 2 + len(USUAL)]]
    assert tuple(row[0].removeprefix("| ") for row in rows) == USUAL and set(map(len, rows)) == {len(head)}
    assert [column.header for column in study_table([]).columns] == head


def test_redistribution_makes_rings_smaller():
    plain, moved = (study(name, ["fed: rings"]) for name in ("mobilenet-v2", "mobilenet-v2-rd"))
    assert moved.arenas["fed: rings"] < 0.8 * plain.arenas["fed: rings"]


def test_a_wrong_name_is_answered_with_the_right_ones():
    result = CliRunner().invoke(app, ["plan-study", "resnet50"])
    assert isinstance(result.exception, SearchError) and NAME in str(result.exception)
