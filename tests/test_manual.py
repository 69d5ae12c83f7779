# SPDX-License-Identifier: MIT
"""The pages of docs/ for users: what they tell to type works, and answers as they say.

`sh`: lines that begin with `tinyml ` end well. `console`: what follows `$ tinyml ...` is what it says;
its numbers may be others. `py` runs on this machine, `python` on boards as well; a comment behind a
`print` is what it prints. `text` is what statuses and modules say.
"""
import contextlib
import io
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.onnx_nets import NETS
from tinyml.device import open_place
from tinyml.errors import DeviceError
from tinyml.inputs import read_input
from tinyml.model import Model
from tinyml.pack import pack
from tinyml.plan import Options
from tinyml.remote import Remote, built, module_path
from tinyml.statuses import LINES
from tools.tflite_builder import ModelBuilder

ROOT = Path(__file__).resolve().parents[1]
FASHION = ROOT / "examples/fashion"
SITE = (ROOT / "mkdocs.yml").read_text()
PAGES = re.findall(r"- ([a-z-]+)\.md$", SITE, re.MULTILINE)


def blocks(page):
    """(language, text) of each block of code."""
    return re.findall(r"^```(\w+)\n(.*?)^```", (ROOT / f"docs/{page}.md").read_text(), re.M | re.S)


def programs(page):
    """What a page has for boards, as one program; nothing if it has none."""
    return "".join(text for language, text in blocks(page) if language == "python")


def words(text):
    """Without line breaks, and with all numbers alike."""
    return re.sub(r"\d+", "0", " ".join(text.split()))


def foretold(program):
    return re.findall(r"^ *print\(.*\) +# (.*)$", program, re.MULTILINE)


@pytest.fixture(scope="module")
def files():
    """What a page takes for granted, by name."""
    demo, larger = FASHION / "fashion.tflite", FASHION / "larger.tflite"
    made = {"fashion.tml": pack(demo).file, "larger.tml": pack(larger).file,
            "rows.tml": pack(demo, options=Options(feed_rows=True)).file,
            "paged.tml": pack(larger, options=Options(paged=True, ram=16000)).file}
    for name, photo in (("fashion.tml", "sneaker.bin"), ("larger.tml", "sneaker28.bin")):
        with Model(made[name]) as model:
            made[photo] = read_input(FASHION / "images/7-sneaker.png", model.ports(0)[0])[0]
    b = ModelBuilder()
    odd = b.finish([b.op("SIN", [b.input((1, 4), 0.1)], (1, 4), (0.1, 0), name="wave")])
    return made | {"odd.tflite": odd, "float.onnx": NETS["flattened"]}


class Pin:
    """CPython has none."""
    OUT = 1

    def __init__(self, number, mode):
        self.is_on = False

    def value(self, *given):
        self.is_on, = given or (self.is_on,)
        return self.is_on


@pytest.fixture
def folder(files, tmp_path, monkeypatch):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "machine", SimpleNamespace(Pin=Pin))
    return tmp_path


def typed(line):
    program, *arguments = shlex.split(line)
    return subprocess.run([Path(sys.executable).with_name(program), *arguments],
                          capture_output=True, text=True)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_tells_to_type_works(page, folder):
    names = {}
    for language, text in blocks(page):
        if language == "sh":
            for line in filter(lambda line: line.startswith("tinyml "), text.splitlines()):
                done = typed(line)
                assert done.returncode == 0, (line, done.stderr)
        elif language == "console":
            command, said = text.removeprefix("$ ").split("\n", 1)
            assert words(typed(command).stderr) == words(said)
        elif language in ("py", "python"):
            with contextlib.redirect_stdout(io.StringIO()) as told:
                exec(text, names)
            assert told.getvalue().splitlines() == foretold(text)


@pytest.mark.parametrize("where", ["m4f", "unix"])
@pytest.mark.parametrize("page", [page for page in PAGES if programs(page)])
def test_programs_of_a_page_run_on_boards(page, where, files):
    with Remote(where, files["fashion.tml"], build="full") as remote:
        for name, content in files.items():
            if name in programs(page):
                remote.place.put(name, content)
        told = remote.place.run(programs(page)).splitlines()
    assert told and told == foretold(programs(page))


def test_a_photo_becomes_the_bytes_that_the_first_page_says(files, folder):
    (folder / "sneaker.bin").unlink()
    (text,) = (text for language, text in blocks("first-ten-minutes") if language == "py")
    exec(text, {})
    assert (folder / "sneaker.bin").read_bytes() == files["sneaker.bin"]


def test_refusals_are_quoted_as_they_are_written():
    quoted = re.findall(r"^ValueError: (.*)$", (ROOT / "docs/faq.md").read_text(), re.MULTILINE)
    assert len(quoted) == 5
    assert not set(quoted) - {line.split(" ", 1)[1] for line in LINES}


def test_a_board_says_what_is_quoted(files):
    quoted = words((ROOT / "docs/faq.md").read_text())
    heaps = {"rv32imc": (190_000, "_tinyml.mpy is for"), "armv7emsp": (60_000, "no room for the schedule")}
    for arch, (heap, begin) in heaps.items():
        with open_place("m4f", heap=heap) as place:
            for name in ("tinyml.mpy", "tinyml_statuses.mpy"):
                place.put(name, built(name))
            place.put("_tinyml.mpy", built(module_path(arch)))
            place.put("larger.tml", files["larger.tml"])
            with pytest.raises(DeviceError) as refused:
                place.run("import tinyml\ntinyml.load('larger.tml')")
        said = str(refused.value).removeprefix("`m4f`: ")
        assert begin in said and words(said) in quoted


def test_every_manual_is_in_the_site():
    named = re.findall(r"- ([\w-]+\.md)$", SITE, re.MULTILINE)
    assert sorted(named) == sorted(path.name for path in (ROOT / "docs").glob("*.md"))


@pytest.mark.skipif(not find_spec("material"), reason="python3 tasks.py docs")
def test_the_site_is_built_without_a_warning(tmp_path):
    done = subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path],
                          cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "faq.html").exists()
