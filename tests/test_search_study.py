# SPDX-License-Identifier: MIT
"""Published networks, planned from the command line."""
import json

from typer.testing import CliRunner

from tinyml.cli import app
from tinyml.errors import SearchError
from tinyml.search.study import WAYS, study_table, study

NAME = "mcunet-5fps"


def test_every_way_needs_less_than_the_one_before():
    result = CliRunner().invoke(app, ["plan-study", NAME, "--json"])
    assert result.exit_code == 0, result.output
    (found,) = json.loads(result.output)
    single, rings, fed, again, patches = (found["arenas"][way] for way in WAYS)
    assert again < fed < rings < single and rings < patches < single
    assert [found["extra"][way] for way in list(WAYS)[:3]] == [0, 0, 0]
    assert 0 < found["extra"]["row-fed, at most 10 % more"] <= 10


def test_redistribution_makes_rings_smaller():
    plain, moved = (study(name) for name in ("mobilenet-v2", "mobilenet-v2-rd"))
    assert moved.arenas["rings, row-fed"] < 0.8 * plain.arenas["rings, row-fed"]
    assert study_table([plain, moved]).row_count == 2


def test_a_wrong_name_is_answered_with_the_right_ones():
    result = CliRunner().invoke(app, ["plan-study", "resnet50"])
    assert isinstance(result.exception, SearchError) and NAME in str(result.exception)
