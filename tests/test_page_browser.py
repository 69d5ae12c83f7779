# SPDX-License-Identifier: MIT
"""The page of `tinyml report` in a browser: nothing leaves the window, and what can be clicked
does what it says."""
from dataclasses import replace

import pytest

from tests.browser import look
from tests.small_schedules import LARGER
from tinyml.options import Options
from tinyml.page import gather, render
from tinyml.page.words import options_words


@pytest.fixture(scope="module")
def report():
    return gather(LARGER, [Options(), Options(goal="smallest", feed_rows=True)])


@pytest.fixture(scope="module")
def page(report):
    return render(report)


OVERFLOW = """
  told.width = document.documentElement.scrollWidth;
  told.out = all("body *").filter((e) => !e.closest(".wide") && e.getClientRects().length
    && e.getBoundingClientRect().right > WIDTH + 1).map((e) => e.outerHTML.slice(0, 80));
"""


def assert_all_inside(page, folder, width):
    told = look(page, OVERFLOW.replace("WIDTH", str(width)), folder, width)
    assert not told["out"] and told["width"] == width


@pytest.fixture(scope="module")
def long_page(report):
    """The same with the longest names of plans that there are, and a long one of the model."""
    words, options = options_words(Options(10 ** 6, "smallest", 99.5, "recompute", True))
    plans = tuple(replace(view, title=words, options=options) for view in report.plans)
    return render(replace(report, name="a_name_without_an_end" * 9, plans=plans))


@pytest.mark.parametrize("width", [320, 390, 768, 1400])
@pytest.mark.parametrize("plan", ["a", "b"])
def test_nothing_leaves_the_window(page, tmp_path, width, plan):
    page = page.replace('<body data-plan="a">', f'<body data-plan="{plan}">')
    assert_all_inside(page, tmp_path, width)


@pytest.mark.parametrize("width", [320, 1400])
def test_long_names_stay_inside(long_page, tmp_path, width):
    assert_all_inside(long_page, tmp_path, width)


def test_a_click_sorts(page, tmp_path):
    told = look(page, """
      const table = all(".sortable")[0], body = table.tBodies[0];
      const column = (at) => [...body.rows].map((row) => row.cells[at].dataset.value || row.cells[at].textContent);
      const click = (at) => all("th button", table)[at].click();
      told.heads = all("th button", table).map((head) => head.textContent);
      click(4); told.down = column(4).map(Number); told.aria = table.tHead.rows[0].cells[4].ariaSort;
      click(4); told.up = column(4).map(Number);
      click(1); told.words = column(1);
      click(0); told.first = column(0).map(Number);
    """, tmp_path)
    assert told["heads"][:5] == ["#", "op", "output", "shape", "cycles"]
    assert told["down"] == sorted(told["down"], reverse=True) != told["up"] == sorted(told["up"])
    assert told["aria"] == "descending" and told["words"] == sorted(told["words"])
    assert told["first"] == list(range(23))


def test_pointing_at_a_block_tells_what_it_is(page, tmp_path):
    told = look(page, """
      const map = all(".map")[1], readout = map.querySelector(".readout"), block = all(".block", map)[3];
      const point = (type, at) => at.dispatchEvent(new PointerEvent(type, {bubbles: type !== "pointerleave"}));
      told.usual = readout.textContent;
      point("pointerover", block); told.over = readout.textContent; told.label = block.getAttribute("aria-label");
      point("pointerleave", map); told.left = readout.textContent;
      block.click(); point("pointerleave", map); told.kept = readout.textContent;
      block.click(); told.again = readout.textContent;
    """, tmp_path)
    assert told["usual"].startswith("fullest at") and told["usual"] == told["left"] == told["again"]
    assert told["over"] == told["label"] == told["kept"] and " · bytes " in told["over"]


def test_a_run_goes_on_moment_by_moment(page, report, tmp_path):
    told = look(page, """
      const run = all(".run")[0], slider = run.querySelector("input"), output = run.querySelector("output");
      const states = () => all(".sheet", run).map((sheet) => sheet.dataset.state);
      const set = (at) => { slider.value = at; slider.dispatchEvent(new Event("input")); };
      set(0); told.first = states(); told.words = output.textContent;
      set(slider.max); told.last = states(); told.end = output.textContent;
      told.fires = all(".fires", run).length;
      set(0); run.querySelector(".play").click(); await wait(1000); told.moved = Number(slider.value);
    """, tmp_path)
    view = report.plans[0]
    assert told["first"][0] == told["last"][-1] == "here" and told["first"][-1] == "ahead"
    assert told["last"][0] == "gone" and told["fires"] == 1 and 3 <= told["moved"] <= 13
    assert told["words"].startswith("op 0 fires, ") and "wanted" in told["words"]
    assert told["end"].startswith(f"op {len(view.rows) - 1} fires, 100 % of the time is over")


def test_a_button_changes_the_plan(page, tmp_path):
    told = look(page, """
      const seen = () => all(".of").map((part) => part.getClientRects().length > 0);
      told.first = seen(); all("nav button")[1].click(); told.second = seen();
      told.pressed = all("nav button").map((button) => button.getAttribute("aria-pressed"));
      const height = () => all(".map")[1].querySelector(".arena").getBoundingClientRect().top;
      told.same = height(); document.getElementById("own").click(); told.own = height();
    """, tmp_path)
    assert told["first"] == [True, False] and told["second"] == [False, True]
    assert told["pressed"] == ["false", "true"] and told["own"] < told["same"]
