# SPDX-License-Identifier: MIT
"""Pictures: well-formed, complete, inside their frames, and safe for any name."""
import random
import sys
import xml.etree.ElementTree as xml

import numpy as np
import pytest
from rich.cells import cell_len

from tools.tflite_builder import ModelBuilder
from tinyml.picture import (Block, MemoryChart, PictureError, Point, frontier_scene, frontier_svg,
                            memory_scene, memory_svg, memory_text, require_picture, write_picture)
from tinyml.pipeline import compile_model
from tinyml.charts import schedule_chart

SVG = "{http://www.w3.org/2000/svg}"
NASTY = "a<b>&\"']]> \x1b[31m\x00 $x_1$ \ud800 图像" + "long" * 40


def by_hand():
    """Three ops; the second needs both of its tensors, the third works in place."""
    return MemoryChart("op by op", ("conv2d", "depthwise_conv2d", "relu"), (
        Block("96x96x3", 0, 27648, -1, 0), Block("48x48x8", 27648, 18432, 0, 1),
        Block("48x48x24", 46080, 55296, 1, 2), Block("48x48x24", 46080, 55296, 2, 3)), 101376)


def fused():
    return MemoryChart("in rings", ("conv2d", "depthwise_conv2d", "relu"), (
        Block("96x96x3", 0, 864, 0, 1, "ring"), Block("48x48x8", 864, 1536, 0, 1, "ring"),
        Block("state", 2400, 96, 0, 2, "state"), Block("48x48x24", 2496, 2000, 1, 2)), 4496)


def crowd(steps, count, seed=0):
    """Blocks at random, with the worst of names."""
    r = random.Random(seed)
    firsts = [r.randrange(steps) for _ in range(count)]
    return MemoryChart(NASTY, (NASTY,) * steps, tuple(
        Block(NASTY, r.randrange(90_000), r.randrange(1, 9000), first,
              min(steps, first + r.randrange(9)), r.choice(("tensor", "ring", "state")))
        for first in firsts), 99_000)


@pytest.fixture(scope="module")
def real():
    """A small model as it is packed."""
    b = ModelBuilder()
    x = b.input((1, 12, 10, 3), 1 / 255, -128)
    w = b.constant(np.arange(108).reshape(4, 3, 3, 3).astype(np.int8), [0.01] * 4)
    y = b.mean(b.conv2d(x, w, stride=(2, 2), activation="RELU", out=(0.1, -128)), (1, 2),
               out=(0.1, -128))
    return schedule_chart(compile_model(b.finish([b.softmax(y)]), "small").schedule)


def rects(svg, role):
    root = xml.fromstring(svg.encode())
    return [tuple(float(rect.get(name)) for name in ("x", "y", "width", "height"))
            for rect in root.iter(SVG + "rect") if (rect.get("class") or "").startswith(role)]


def words(svg, role=None):
    return [text.text for text in xml.fromstring(svg.encode()).iter(SVG + "text")
            if role is None or text.get("class") == role]


def assert_inside(svg):
    """Every block, label, and frame is inside what should hold it; returns the blocks."""
    frames, blocks = rects(svg, "frame"), rects(svg, "block")
    width, height = (float(xml.fromstring(svg.encode()).get(name)) for name in ("width", "height"))
    for x, y, w, h in frames:
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
    for x, y, w, h in blocks:
        assert any(x >= fx - .01 and y >= fy - .01 and x + w <= fx + fw + .01
                   and y + h <= fy + fh + .01 for fx, fy, fw, fh in frames)
    return blocks


@pytest.mark.parametrize("steps, count", [(1, 5), (2, 300), (40, 40), (150, 300)])
def test_every_block_is_drawn_inside_the_frame(steps, count):
    chart = crowd(steps, count)
    assert len(assert_inside(memory_svg(chart))) == count
    assert len(assert_inside(memory_svg(chart, chart))) == 2 * count


def test_a_real_schedule_is_drawn_whole(real):
    assert len(assert_inside(memory_svg(real))) == len(real.blocks) >= 4
    assert real.peak().bytes <= real.arena_bytes
    assert "peak" in memory_text(real)


def test_the_same_bytes_are_as_tall_before_and_after():
    heights = [rect[3] for rect in rects(memory_svg(by_hand(), fused()), "block")]
    before = next(height for height in heights[:4] if height) / 27648
    assert heights[4] == pytest.approx(before * 864, abs=.01)


def test_a_plan_that_is_small_beside_the_other_is_magnified_below():
    svg = memory_svg(by_hand(), fused())
    assert len(rects(svg, "frame")) == 3 and len(rects(svg, "block")) == 12
    assert any("magnified 23 times" in text for text in words(svg))
    assert any("23 times less" in text for text in words(svg))
    assert len(rects(memory_svg(by_hand(), by_hand()), "frame")) == 2


def test_the_peak_is_named():
    peak = by_hand().peak()
    assert peak.name() == "op 1: 48x48x24 + 48x48x8" and peak.bytes == 73728
    assert words(memory_svg(by_hand()), "peak") == [f"peak, {peak.name()} = 72.0 KiB"]
    assert f"peak, {peak.name()} = 72.0 KiB" in memory_text(by_hand())


def test_the_peak_of_many_blocks_names_the_largest_and_keeps_its_bytes():
    blocks = tuple(Block(f"b{i}", 100 * i, 100 - i, 0, 0) for i in range(30))
    chart = MemoryChart("", ("add",), blocks, 3000)
    assert chart.peak().name() == "op 0: b0 + b1 + b2 + 27 more"
    for text in words(memory_svg(crowd(150, 300), crowd(150, 300)), "peak"):
        assert "KiB" in text


def test_a_peak_that_lasts_is_named_by_its_ops():
    chart = MemoryChart("", ("a", "b", "c"), (Block("x", 0, 8, 0, 1), Block("y", 0, 4, 2, 2)), 8)
    assert chart.peak().name() == "ops 0-1: x"


def test_bytes_shared_in_place_count_once():
    assert by_hand().bytes_at(2) == 55296
    chart = MemoryChart("", ("relu",), (Block("x", 0, 10, -1, 0), Block("y", 0, 10, 0, 1)), 12)
    assert chart.peak().size == "10 B (in place)"


def test_names_are_escaped_and_hold_no_control_character():
    for svg in (memory_svg(crowd(3, 5), heading=NASTY),
                frontier_svg([Point(9000, 1, 2, NASTY)], NASTY)):
        assert "a&lt;b&gt;&amp;" in svg and "<b>" not in svg
        assert "\x1b" not in svg and "\x00" not in svg
        svg.encode()
    assert "\x1b" not in memory_text(crowd(3, 5))


@pytest.mark.parametrize("chart", [by_hand(), fused(), crowd(1, 5), crowd(150, 300), crowd(60, 9)])
def test_text_fits_a_terminal(chart):
    lines = memory_text(chart).split("\n")
    assert max(map(cell_len, lines)) <= 100 and len(lines) <= 100
    assert any("◄ peak" in line for line in lines)


def test_steps_that_hold_the_same_share_a_line():
    chart = MemoryChart("", ("conv2d",) * 9, (Block("x", 0, 8, 0, 6), Block("y", 0, 4, 7, 8)), 8)
    bars = [line for line in memory_text(chart).split("\n") if "│" in line]
    assert [line.split()[0] for line in bars] == ["0-6", "7-8"]


def test_a_model_without_steps_is_drawn():
    chart = MemoryChart("", (), (Block("10", 0, 10, -1, 0),), 10)
    assert len(assert_inside(memory_svg(chart))) == 1 and "◄ peak" in memory_text(chart)


def test_a_frontier_has_a_label_for_each_point():
    points = [Point(1024 * (90 - 5 * i), i * i / 3, 80 + i * i / 4, f"plan {i}", i == 3)
              for i in range(10)]
    svg = frontier_svg(points, "frontier", 96 * 1024)
    assert len(rects(svg, "frame")) == 2 and len(words(svg, "point")) == 20
    assert "75.0 KiB, +3.0 %, chosen" in words(svg, "point")
    assert "the board has 96 KiB" in words(svg)
    assert len(rects(frontier_svg([Point(9000, 0)]), "frame")) == 1


def test_a_board_with_far_more_does_not_squeeze_the_curve():
    points = [Point(50 * 1024, 0, 9), Point(30 * 1024, -2.5, 9)]
    near, far = (xml.fromstring(frontier_svg(points, "", ram).encode()) for ram in (None, 1 << 20))
    places = [[dot.get("cx") for dot in root.iter(SVG + "circle")] for root in (near, far)]
    assert places[0] == places[1] and "the board has 1,024 KiB" in words(xml.tostring(far).decode())
    assert "30.0 KiB, -2.5 %" in words(xml.tostring(far).decode())


def test_of_very_many_points_the_chosen_keeps_its_label():
    points = [Point(50_000 + 10 * i, 9 - i / 99, None, "", i == 501) for i in range(800)]
    labels = words(frontier_svg(points), "point")
    assert 5 < len(labels) < 100 and sum("chosen" in label for label in labels) == 1


@pytest.mark.parametrize("points", [[Point(0, 0, 0)], [Point(9, 0, 5)] * 3, [Point(99999, 500)]])
def test_odd_frontiers_are_drawn(points):
    assert_inside(frontier_svg(points))


def test_the_suffix_chooses_the_kind_and_others_are_refused_in_a_line(tmp_path):
    write_picture(tmp_path / "a.SVG", memory_scene(by_hand(), fused()))
    assert (tmp_path / "a.SVG").read_text().startswith("<?xml")
    for name in ("a.pdf", "a", "svg"):
        with pytest.raises(PictureError, match=r"\.svg or a \.png") as error:
            write_picture(tmp_path / name, memory_scene(by_hand()))
        assert "\n" not in str(error.value) and not (tmp_path / name).exists()
    require_picture("x.png")


def test_png_without_matplotlib_says_what_to_do(tmp_path, monkeypatch):
    for module in ("matplotlib", "matplotlib.figure", "matplotlib.backends.backend_agg"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PictureError, match=r"tinyml-mpy\[plot\].*\.svg") as error:
        write_picture(tmp_path / "a.png", memory_scene(by_hand()))
    assert "\n" not in str(error.value) and not (tmp_path / "a.png").exists()


def test_png_is_written_with_matplotlib(tmp_path):
    pytest.importorskip("matplotlib")
    for name, scene in (("a", memory_scene(crowd(30, 40), fused())),
                        ("b", frontier_scene([Point(9000, 1, 2, NASTY)], NASTY, 9999))):
        write_picture(tmp_path / f"{name}.png", scene)
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
