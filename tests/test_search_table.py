# SPDX-License-Identifier: MIT
"""The table of a search and its picture."""
import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tinyml.picture import write_picture
from tinyml.search.picture import search_scene
from tinyml.search.table import BY_CHANCE, BY_HAND, KINDS, Row, best, figures, front, search_table, verdict

FOUND = Row("3f2a", "searched", (0.88, 0.87), (0.872, 0.868), 2040, 16_000, 3_100_000, 520_000)
RIVAL = Row("MobileNetV2 half C 0.15, 20x20", BY_HAND, (0.86, 0.86), (0.857, 0.859), 2000, 15_000,
            3_150_000, 530_000)
CHANCE = Row("[77]", BY_CHANCE, (0.86, 0.865), (0.8604, 0.8596), 1800, 16_100, 3_000_000, 500_000)
ROWS = [RIVAL, FOUND, CHANCE]
SOME = st.lists(st.builds(
    Row, name=st.text(max_size=5), kind=st.sampled_from(KINDS), arena_bytes=st.integers(1, 5),
    validation=st.tuples(st.sampled_from([0, 0.5, 1])), test=st.tuples(st.sampled_from([0, 0.5, 1])),
    file_bytes=st.integers(1, 5), cycles=st.integers(1, 5), products=st.integers(1, 5)), min_size=1)


def drawn(rows):
    console = Console(width=140, record=True, file=open("/dev/null", "w"))
    console.print(search_table(rows, "fashion"))
    return console.export_text()


def test_the_table_has_every_net_and_the_verdict():
    text = drawn(ROWS)
    lines = [line for line in text.splitlines() if "bytes" not in line]
    searched, by_hand, chance = (next(line for line in lines if f"{kind}: " in line) for kind in KINDS)
    assert "3f2a" in searched and "87.0 ± 0.3 %" in searched and "3.10 Mcycles" in searched
    assert "2,040" in searched and "16,000" in searched and "yes" in searched
    assert "MobileNetV2 half C 0.15, 20x20" in by_hand and "[77]" in chance
    assert text.index("searched:") < text.index("by hand:") < text.index("by chance:")
    assert "mean of 2 trainings" in text
    assert "Best net by hand: 85.8 %. Best searched net: 87.0 %, 1.2 points more." in text
    assert "Best net by chance: 86.0 %. Best searched net: 87.0 %, 1.0 points more." in text


def test_a_control_that_is_not_beaten_is_told():
    better = replace(CHANCE, validation=(0.99,), test=(0.9,))
    assert verdict([FOUND, better]) == ["Best net by chance: 90.0 %. Best searched net: 87.0 %, 3.0 "
                                        "points less: it is not beaten."]
    same = replace(CHANCE, test=FOUND.test)
    assert verdict([FOUND, same]) == ["Best net by chance: 87.0 %. Best searched net: 87.0 %, as many: "
                                      "it is not beaten."]
    assert verdict([RIVAL, CHANCE]) == [] == verdict([])


def test_test_items_choose_nothing():
    lucky = replace(FOUND, name="lucky", validation=(0.1,), test=(0.99,))
    assert best([lucky, FOUND], "searched") == FOUND
    assert "lucky" in drawn([lucky, FOUND]) and "fashion" in drawn([])


def test_times_are_milliseconds_where_the_clock_is_known():
    assert "23.5 ms" in drawn([replace(FOUND, seconds=0.0235)])


def test_figures_are_plain():
    told = json.loads(json.dumps(figures(ROWS)))
    assert [net["name"] for net in told["nets"]] == [row.name for row in ROWS]
    assert told["nets"][1]["pareto"] and told["nets"][1]["accuracy"] == pytest.approx(0.87)
    assert len(told["verdict"]) == 2


@given(SOME)
def test_a_row_is_on_the_front_unless_another_is_better(rows):
    good = front(rows)
    assert good
    for row in rows:
        beaten = [other for other in good if all(a <= b for a, b in zip(other.cost, row.cost))
                  and other.cost != row.cost]
        assert (row in good) != bool(beaten)


@given(SOME)
def test_every_net_is_in_the_picture_inside_its_frame(rows):
    scene = search_scene(rows)
    frames = [shape for shape in scene.shapes if getattr(shape, "role", "") == "frame"]
    dots = [shape for shape in scene.shapes if getattr(shape, "tip", "")]
    assert len(frames) == 3 and len(dots) == 3 * len(rows)
    for number, dot in enumerate(dots):
        frame = frames[number // len(rows)]
        assert frame.x <= dot.x <= frame.x + frame.width <= scene.width
        assert frame.y <= dot.y <= frame.y + frame.height <= scene.height


def test_the_picture_is_a_file(tmp_path):
    write_picture(tmp_path / "found.svg", search_scene(ROWS, "fashion & others"))
    tree = ElementTree.parse(tmp_path / "found.svg")
    text = " ".join(tree.getroot().itertext())
    assert "fashion & others" in text and "by hand" in text and "million cycles" in text
    scene = search_scene([replace(row, seconds=row.cycles / 1e9) for row in ROWS])
    assert any("time (ms)" in getattr(shape, "text", "") for shape in scene.shapes)
