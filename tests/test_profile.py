# SPDX-License-Identifier: MIT
"""`tinyml profile` and `selftest`: all of a run is told, the culprit is named, anywhere."""
import json
import re
from dataclasses import replace

import pytest

from tests.small_schedules import LARGER
from tests.test_bench import bench, printed
from tests.test_cli import fails, succeeds, tinyml
from tests.test_device import open_or_skip
from tinyml.bench import PER_MICROSECOND
from tinyml.board import load_board
from tinyml.device import open_place
from tinyml.emulator import Emulator
from tinyml.errors import DeviceError
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.profile import Part, Profile, Span, profile_file
from tinyml.remote import BUILT, UNIX
from tinyml.terminal import profile_table
from tinyml.run import selftest_file
from tinyml.schedule import encode

ROWS = Options(goal="smallest", feed_rows=True)


def profile(place, options=Options()):
    open_or_skip(place).close()
    if not (BUILT / "tinyml.mpy").exists():
        pytest.skip("python3 tasks.py build mpy")
    return profile_file(LARGER, place, options)


def test_a_run_is_told_everywhere(place_name):
    told = profile(place_name, ROWS)
    assert told.unit == ("microseconds" if place_name in UNIX else "instructions")
    assert len(told.parts) == 24 and told.parts[0].kind == "take" and told.whole > 0
    assert sum(part.products for part in told.parts) > 1286008          # rows computed again
    assert [part.firings > 1 for part in told.parts[:2]] == [True, True]
    if told.unit == "instructions":
        assert told.rest < 0.03 * told.whole
        assert told.culprit.startswith("Most goes to op ")


def test_a_board_on_a_cable_tells_microseconds():
    open_or_skip("m4f").close()
    counted, emulator = profile("m4f"), Emulator(load_board("m4f"))
    try:
        told = profile_file(LARGER, emulator.port)
        with open_place(emulator.port) as place:
            assert "order.bin" not in place.run("import os\nprint(os.listdir())")
    finally:
        emulator.close()
    assert told.unit == "microseconds"
    assert told.whole * PER_MICROSECOND == pytest.approx(counted.whole, rel=0.01)
    for part, other in zip(told.parts, counted.parts, strict=True):
        assert part.cost * PER_MICROSECOND == pytest.approx(other.cost, rel=0.01, abs=200)


def test_instructions_are_those_of_bench():
    told, benched = profile("m4f"), bench(LARGER, "m4f")
    assert abs(told.whole - benched.instructions) <= 250
    assert [part.name for part in told.parts] == [op.name for op in benched.ops]
    for part, op in zip(told.parts, benched.ops):
        assert abs(part.cost - op.instructions) <= 64 + op.instructions // 500


def test_here_ops_take_nearly_all_of_a_run():
    told = profile_file(LARGER, "host")
    assert told.unit == "microseconds" and all(part.cost > 0 for part in told.parts[:10])
    assert 0.5 * told.whole < sum(part.cost for part in told.parts) < 3 * told.whole


def made(*parts, whole=1000.0):
    return Profile("net", "m4f", "instructions", whole, 4096, parts,
                   (Span(0, 0), Span(1, len(parts) - 1)) if len(parts) > 1 else ())


PART = Part("a;b", "conv2d", 10, 64, 640, 900, 100.0)


def test_the_culprit_is_named_with_its_reason():
    worst = replace(PART, name="worst[/]", cost=600.0, products=100)
    assert made(PART, worst, whole=720.0).culprit == (
        "Most goes to op 1, conv2d `worst[/]`: 83 % of the run, 10 % of the products.")
    again = made(PART, replace(worst, kind="conv2d_stack"), whole=720.0).culprit
    assert "computes rows again" in again and "--max-extra-macs 0" in again
    short = made(PART, replace(worst, block=1, firings=640), whole=720.0).culprit
    assert "fires 640 times, 1 of 640 pixels at a time" in short and "--ram" in short
    single = made(PART, replace(worst, block=1, pixels=1, firings=1), whole=720.0).culprit
    assert "fires" not in single
    assert made(PART).culprit.startswith("Python and the way to C take 90 % of the run")
    assert made().culprit == "The model has no ops."
    assert "products" not in made(replace(PART, products=0), whole=100.0).culprit


def test_the_table_has_ops_stages_bars_and_the_culprit():
    text = printed(profile_table(made(PART, replace(PART, name="x[red]y", cost=600.0), PART)))
    for words in ("1-2", "take turns", "x[red]y", "600", "60.0 %", "70.0 %", "█", "Python",
                  "one run", "Most goes to op 1"):
        assert words in text, words
    assert "│ a " in text and "a;b" not in text


def test_the_command_tells_all_of_it(tmp_path):
    figures = json.loads(succeeds("profile", LARGER, "--json"))
    assert set(figures) == {"model", "on", "unit", "whole", "rest", "arena_bytes", "culprit",
                            "stages", "ops"}
    assert figures["on"] == "host" and len(figures["ops"]) == 23
    assert sum(stage["last"] - stage["first"] + 1 for stage in figures["stages"]) == 23
    assert "one run" in succeeds("profile", LARGER)
    (tmp_path / "x.tml").write_bytes(pack(LARGER).file)
    assert json.loads(succeeds("profile", tmp_path / "x.tml", "--json"))["ops"][0]["name"] == ""
    assert "is planned already" in fails("profile", tmp_path / "x.tml", "--minimum")
    assert "is no place to run" in fails("profile", LARGER, "--on", "nowhere")


def test_golden_vectors_are_exact_everywhere(place_name, tmp_path):
    open_or_skip(place_name).close()
    assert selftest_file(LARGER, place_name) == (2, 2)


def test_selftest_says_how_many_and_its_status_whether_all(tmp_path):
    assert succeeds("selftest", LARGER) == "2 of 2 golden vectors exact on host\n"
    figures = json.loads(succeeds("selftest", LARGER, "--json"))
    assert figures == {"on": "host", "exact": 2, "vectors": 2}
    packed = pack(LARGER)
    schedule = packed.compiled.schedule
    seed, out = schedule.vectors[0]
    for vectors, words in (((), "0 of 0"), (((seed, bytes(len(out))), schedule.vectors[1]), "1 of 2")):
        (tmp_path / "x.tml").write_bytes(encode(replace(schedule, vectors=vectors)))
        done = tinyml("selftest", tmp_path / "x.tml")
        assert done.returncode == 1 and done.stdout.startswith(words), done
    with pytest.raises(DeviceError, match=re.escape("`/dev/none`")):
        selftest_file(LARGER, "/dev/none")
