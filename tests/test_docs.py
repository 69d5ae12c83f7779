# SPDX-License-Identifier: MIT
"""The code blocks of README.md do what they say, on this machine and on a board."""
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tinyml.importers.onnx.readers import READERS as ONNX
from tinyml.importers.tflite.reader import READERS as TFLITE
from tinyml.inputs import read_input
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.remote import Remote

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
FASHION = ROOT / "examples/fashion"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def sneaker():
    """The model's file, and the photo as the bytes of its input."""
    file = pack(FASHION / "fashion.tflite", options=Options(ram=2048)).file
    with Model(file) as model:
        return file, read_input(FASHION / "images/7-sneaker.png", model.ports(0)[0])[0]


def test_the_commands_run(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    commands = [line for line in "".join(blocks("sh")).splitlines() if line.startswith("tinyml ")]
    assert len(commands) == 19
    for command in commands:
        program, *arguments = shlex.split(command)
        done = subprocess.run([Path(sys.executable).with_name(program), *arguments], cwd=tmp_path,
                              capture_output=True, text=True)
        assert done.returncode == 0, (command, done.stderr)
        if " run " in command:
            assert "Sneaker" in done.stdout


def test_tasks_of_the_manuals_exist():
    pages = [page.read_text() for page in ROOT.glob("docs/*.md")]
    tasks = re.findall(r"python3 tasks.py (\w+)", "".join([README, *pages]))
    listed = subprocess.run([sys.executable, ROOT / "tasks.py"], capture_output=True, text=True)
    assert tasks and all(f"  {task} " in listed.stdout for task in tasks)


@pytest.mark.parametrize("where", ["here", "m4f", "unix"])
def test_the_lines_for_a_board_run(where, sneaker, tmp_path, monkeypatch, capsys):
    program = next(block for block in blocks("python") if "selftest" in block)
    (foretold,) = re.findall(r"# (\[\('Sneaker', \d+\.\d\d)", program)
    file, photo = sneaker
    if where == "here":
        (tmp_path / "fashion.tml").write_bytes(file)
        (tmp_path / "sneaker.bin").write_bytes(photo)
        monkeypatch.chdir(tmp_path)
        exec(program, {})
        printed = capsys.readouterr().out
    else:
        with Remote(where, file) as remote:
            remote.place.put("fashion.tml", file)
            remote.place.put("sneaker.bin", photo)
            printed = remote.place.run(program)
    assert printed.startswith(foretold) and printed.endswith("(2, 2)\n")


def test_the_planner_gives_the_numbers_of_its_manual():
    text = (ROOT / "docs/PLANNER.md").read_text()
    names = {}
    for program in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(program, names)
    assert names["both"].arena_bytes == 540         # the last blocks were reached


def test_pictures_and_files_of_the_manuals_exist():
    for manual in (*ROOT.glob("docs/*.md"), ROOT / "README.md"):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", manual.read_text()):
            assert (manual.parent / link).exists(), (manual.name, link)


def test_every_operator_that_is_read_leads_to_a_family():
    text = (ROOT / "docs/OPS.md").read_text()
    for name in filter(lambda name: name[0].isupper(), (*TFLITE, *ONNX)):
        (row,) = re.findall(rf"^\| `{name}` \| (\[.*\)) \| .*\|$", text, re.MULTILINE)
        for family in re.findall(r"\(#(\w+)\)", row):
            assert f"\n## {family}\n" in text
    assert "\n| `CONV_2D` | [conv2d](#conv2d) | `conv2d` |\n" in text
    assert "\n| `QLinearReduceMean` | [mean](#mean) | `mean`, `sum` |\n" in text
