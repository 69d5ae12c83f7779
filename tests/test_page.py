# SPDX-License-Identifier: MIT
"""`tinyml report`: one file that needs no other, for any model."""
import re
from dataclasses import replace
from html.parser import HTMLParser
from zlib import crc32

import numpy as np
import pytest

from tests.shared import model_file, needs_shared
from tests.small_schedules import LARGER, echo
from tests.test_cli import fails, succeeds, tinyml
from tests.test_picture import NASTY
from tools.tflite_builder import ModelBuilder
from tinyml.board import list_boards, load_board
from tinyml.errors import DeviceError
from tinyml.fit import fit, room_of
from tinyml.format import VERSION
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.page import gather, render
from tinyml.page.boards import board_rows
from tinyml.page.words import kept_short, kept_words, lede, options_words, percent, seconds

SMALL = Options(goal="smallest", feed_rows=True)
EMPTY = {"meta", "link", "input", "br"}


@pytest.fixture(scope="module")
def report():
    return gather(LARGER, [Options(), SMALL])


@pytest.fixture(scope="module")
def page(report):
    return render(report)


class Reader(HTMLParser):
    """Asserts that tags are closed in order; collects their attributes and the text."""

    def __init__(self, page):
        super().__init__()
        self.open, self.attributes, self.text, self.ids = [], [], [], []
        self.feed(page)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.attributes += attributes
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in EMPTY and tag != "path":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.attributes += attributes

    def handle_endtag(self, tag):
        if tag != "path":
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def assert_needs_nothing(page):
    """No other file, no network, tags in order, ids that are unique."""
    reader = Reader(page)
    assert len(set(reader.ids)) == len(reader.ids)
    for name, value in reader.attributes:
        assert name not in ("src", "srcset", "action") and not name.startswith("on")
        assert name != "href" or value == "data:,"
    assert "@import" not in page and "url(" not in page and "fetch(" not in page
    return " ".join(" ".join(reader.text).split())


def written(tmp_path, model, name="net"):
    path = tmp_path / f"{name}.tflite"
    path.write_bytes(model)
    return path


def test_the_page_says_what_pack_says(report, page):
    text = assert_needs_nothing(page)
    for view, options, facts in zip(report.plans, (Options(), SMALL), report.files):
        packed = pack(LARGER, options=options)
        assert view.arena_bytes == packed.figures()["arena_bytes"]
        assert (facts.head_bytes + facts.data_bytes, facts.version) == (len(packed.file), VERSION)
        head, data = packed.file[8:facts.head_bytes], packed.file[facts.head_bytes:]
        assert (facts.head_crc, facts.data_crc) == (crc32(head), crc32(data))
        with Model(packed.file) as model:
            for seed, sum in facts.vectors:
                model.run_noise(seed)
                assert crc32(b"".join(map(bytes, model.outputs))) == sum
    for words in ("larger", "Fastest", "Smallest, row-fed", "tinyml pack --minimum --feed rows",
                  "block2/expand", "1×28×28×1", "Sneaker", "emulated Cortex-M4F", "fits",
                  f"{report.files[0].head_crc:08x}", report.files[1].sha256):
        assert words in text, words


def test_verdicts_are_those_of_fit(report, page):
    rows = {row.name: row for row in report.boards}
    assert set(rows) == set(list_boards()) and list(rows)[-1] == "rv32"
    for row in report.boards:
        for verdict, view in zip(row.verdicts, report.plans, strict=True):
            assert verdict.fits == (not verdict.why)
            if verdict.ram:
                assert verdict.ram.needs > view.arena_bytes
                assert verdict.flash.needs > view.file_bytes
    assert rows["esp32"].verdicts[0].why == "there is no module for xtensawin"
    time = rows["pico"].verdicts[1].seconds
    assert "there is no module for xtensawin" in page and f"{seconds(time)}</span>" in page
    asked = fit(LARGER, room_of(load_board("pico")), replace(SMALL, max_extra=0)).tried
    (found,) = next(row for row in board_rows([asked.file]) if row.name == "pico").verdicts
    assert (found.fits, found.ram.needs) == (asked.fits, asked.need.heap_bytes)


def test_what_a_board_lacks_is_told(tmp_path, monkeypatch):
    facts = load_board("m0")
    lacking = (replace(facts, name="ram", ram_bytes=20_000),
               replace(facts, name="piece", romfs_bytes=None, ram_bytes=90_000, largest_bytes=30_000),
               replace(facts, name="flash", romfs_bytes=None, flash_bytes=9_000))
    monkeypatch.setattr("tinyml.page.boards.load_boards", lambda: lacking)
    file = pack(LARGER).file
    why = {row.name: row.verdicts[0].why for row in board_rows([file])}
    assert re.fullmatch(r"[\d,]+ bytes of RAM too few", why["ram"])
    assert re.fullmatch(r"[\d,]+ bytes of RAM too few in one piece", why["piece"])
    assert re.fullmatch(r"[\d,]+ bytes of flash too few", why["flash"])
    monkeypatch.setattr("tinyml.remote.BUILT", tmp_path)
    assert "is not built" in board_rows([file])[0].verdicts[0].why


def test_histograms_are_of_all_weights(tmp_path):
    rng = np.random.default_rng(1)
    b = ModelBuilder()
    x = b.input((1, 6, 6, 4), 0.1, 0)
    data = rng.integers(-127, 128, (8, 3, 3, 4), np.int8)
    data[0] = 127
    x = b.conv2d(x, b.constant(data, [0.02] * 8), out=(0.1, 1))
    x = b.conv2d(x, b.constant(np.eye(8, dtype=np.int8)[:, None, None], [0.02] * 8), out=(0.1, 1))
    found = gather(written(tmp_path, b.finish([x])), [Options()]).histograms
    first, second = found
    assert first.shape == data.shape and sum(first.bins) == data.size
    assert (first.low, first.high) == (data.min(), data.max())
    assert first.zeros == (data == 0).mean()
    assert first.at_limits == ((np.abs(data.astype(int)) == 127).sum() - 8) / data.size > 0.05
    assert second.zeros == 56 / 64 and second.bins[32] == 64 and second.at_limits == 0


def test_one_plan_stands_alone(tmp_path):
    report = gather(written(tmp_path, echo()), [Options(), SMALL])
    same = gather(LARGER, [Options(), Options()])
    assert len(same.plans) == 1 and "<nav" not in render(same)
    for some in (report, same):
        assert_needs_nothing(render(some))


@pytest.mark.parametrize("stages", ["single", "patches", "recompute"])
def test_every_kind_of_plan_has_its_page(stages):
    text = assert_needs_nothing(render(gather(LARGER, [Options(stages=stages, goal="smallest")])))
    assert f"--stages {stages}" in text


def test_what_is_measured_stands_beside_what_is_predicted():
    report = gather(LARGER, [Options()], on="host")
    (view,), text = report.plans, assert_needs_nothing(render(report))
    assert report.unit == "microseconds" and view.measured > 0
    assert all(row.measured >= 0 for row in view.rows)
    assert "microseconds, host" in text and f"Measured on host: {view.culprit}" in text
    with pytest.raises(DeviceError, match="is no place to run"):
        gather(LARGER, [Options()], on="nowhere")


def test_any_text_may_stand_in_a_model(report):
    """Names come from models: they are shown, and nothing else happens."""
    script = "</script><script>alert(1)</script>" + NASTY
    plans = tuple(replace(view, rows=tuple(replace(row, name=script) for row in view.rows),
                          sheets=tuple(replace(sheet, name=script) for sheet in view.sheets))
                  for view in report.plans)
    nasty = replace(report, name=script, labels=(script,), removed=(script,), plans=plans)
    page = render(nasty)
    page.encode()
    assert page.count("<script>") == 1 and "alert(1)</script>" not in page and "\x00" not in page
    assert_needs_nothing(page)


def test_words():
    assert options_words(Options(ram=9000, max_extra=2.5)) == (
        "Fastest within 9,000 bytes", "--ram 9000 --max-extra-macs 2.5")
    assert options_words(Options(stages="rings", goal="smallest")) == (
        "Smallest, rings", "--minimum --stages rings")
    assert [percent(share) for share in (0, 1e-5, 0.012, 0.5)] == ["0 %", "< 0.1 %", "1.2 %", "50 %"]
    assert [seconds(time) for time in (None, 0.0123, 0.41, 12)] == ["", "12 ms", "410 ms", "12 s"]
    for pixels, long, short in ((48, "whole", "whole"), (6, "1 of 8 rows", "1 row"),
                                (13, "2 of 8 rows and 1 pixel", "2 rows + 1 px"),
                                (2, "2 of 48 pixels", "2 px")):
        assert (kept_words(pixels, (8, 6, 3)), kept_short(pixels, (8, 6, 3))) == (long, short)


def test_the_lede_tells_what_is_traded(report):
    text = lede(report)
    assert text.startswith("Fastest: ") and "times less, for" in text and "predicted cycles." in text


def test_the_command(tmp_path):
    out = tmp_path / "x.html"
    assert succeeds("report", LARGER, "-o", out, "--ram", "9000", "--compare",
                    "--minimum --feed rows --max-extra-macs 0").startswith(f"{out}: ")
    text = assert_needs_nothing(out.read_text())
    assert "Fastest within 9,000 bytes" in text and "Smallest, row-fed" in text
    wrong = tinyml("report", LARGER, "-o", out, "--compare", "--minimm")
    assert wrong.returncode == 2 and "No such option" in wrong.stderr
    assert "cannot be read" in fails("report", tmp_path / "none.tflite")
    assert "more than the 10 allowed" in fails("report", LARGER, "-o", out, "--ram", 10)


@needs_shared
def test_a_page_of_a_large_model_is_small():
    report = gather(model_file("mcunet/mcunet-320kb-1mb_imagenet"), [Options(stages="single")])
    assert len(render(report)) < 500_000
