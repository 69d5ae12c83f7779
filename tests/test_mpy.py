# SPDX-License-Identifier: MIT
"""tests/mpy/*.py print what is in their .exp, on this machine and wherever MicroPython runs."""
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.test_device import open_or_skip
from tools.tflite_builder import ModelBuilder
from tinyml.board import load_board
from tinyml.inputs import read_input
from tinyml.model import Model
from tinyml.pack import pack
from tinyml.plan import Options
from tinyml.remote import BUILT, UNIX
from tinyml.schedule import decode
from tools.micropython import SOURCE

ROOT = Path(__file__).resolve().parent.parent
FASHION = ROOT / "examples/fashion"
SCRIPTS = sorted((ROOT / "tests/mpy").glob("*.py"))
IN_ROM = "import os\nos.chdir('/rom')\n"
by_name = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)


def small():
    """Convolutions of int8: some pieces of work, an arena of some hundred bytes."""
    rng = np.random.default_rng(1)
    b = ModelBuilder()
    x = b.input((1, 8, 8, 3), 0.1, -3)
    for channels in (4, 2):
        w = b.constant(rng.integers(-99, 99, (channels, 3, 3, x.shape[3]), np.int8),
                       [0.01] * channels)
        x = b.conv2d(x, w, out=(0.1, 2))
    return b.finish([x])


def feedback():
    """Its input and output have one shape, and overlap."""
    rng = np.random.default_rng(0)
    b = ModelBuilder()
    x = b.input((1, 4, 4, 4), 0.1, 0)
    for channels in (2, 2, 4):
        w = b.constant(rng.integers(-99, 99, (channels, 1, 1, x.shape[3]), np.int8),
                       [0.02] * channels)
        x = b.conv2d(x, w, out=(0.1, 1))
    return b.finish([x])


def echo():
    b = ModelBuilder()
    x = b.quantize(b.input((1, 4), dtype="float32"), out=(0.5, -10))
    return b.finish([b.dequantize(b.reshape(x, (1, 4)))])


def floats():
    """float32 in and out, with a scale of 0.5: the sum of two neighbours."""
    b = ModelBuilder()
    x = b.quantize(b.input((1, 4), dtype="float32"), out=(0.5, -10))
    w = b.constant(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]], np.int8), [1.0])
    return b.finish([b.dequantize(b.fully_connected(x, w, out=(0.75, 5)))])


def pixels():
    b = ModelBuilder()
    x = b.quantize(b.input((1, 4), 1.0, 0, "uint8"), out=(1.0, -128))
    return b.finish([b.quantize(x, out=(1.0, 0), dtype="uint8")])


def reals():
    """float32 in and out, an image: a 3x3 convolution."""
    rng = np.random.default_rng(2)
    b = ModelBuilder()
    x = b.quantize(b.input((1, 4, 3, 2), dtype="float32"), out=(0.1, 5))
    w = b.constant(rng.integers(-99, 99, (4, 3, 3, 2), np.int8), [0.01] * 4)
    return b.finish([b.dequantize(b.conv2d(x, w, out=(0.1, 1)))])


def residuals():
    """Inverted residuals, whose middles are wide: worth fusing, and computing rows again."""
    rng = np.random.default_rng(3)
    b = ModelBuilder()
    x = b.input((1, 12, 10, 4), 0.1, 2)
    for _ in range(2):
        wide = b.conv2d(x, b.constant(rng.integers(-99, 99, (24, 1, 1, 4), np.int8), [0.01] * 24),
                        out=(0.1, -3))
        wide = b.depthwise_conv2d(
            wide, b.constant(rng.integers(-99, 99, (1, 3, 3, 24), np.int8), [0.01] * 24),
            out=(0.1, 4))
        thin = b.conv2d(wide, b.constant(rng.integers(-99, 99, (4, 1, 1, 24), np.int8),
                                         [0.01] * 4), out=(0.1, 1))
        x = b.add(x, thin, out=(0.15, 0))
    return b.finish([x])


PLANS = {
    "single": Options(stages="single"),
    "rings": Options(goal="smallest", stages="rings"),
    "recompute": Options(goal="smallest", stages="recompute"),
    "patches": Options(goal="smallest", stages="patches"),
    "rows": Options(goal="smallest", stages="rings", feed_rows=True),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What the scripts open, by name."""
    folder = tmp_path_factory.mktemp("files")
    made = {"larger.tml": pack(FASHION / "larger.tflite").file}
    for model in (small, feedback, echo, floats, pixels, reals, residuals):
        path = folder / f"{model.__name__}.tflite"
        path.write_bytes(model())
        made[f"{model.__name__}.tml"] = pack(path, options=Options(goal="smallest")).file
    for model in (small, reals):
        made[f"{model.__name__}_rows.tml"] = pack(folder / f"{model.__name__}.tflite",
                                                  options=Options(feed_rows=True)).file
    for kind, options in PLANS.items():
        made[f"plan_{kind}.tml"] = pack(folder / "residuals.tflite", options=options).file
        made[f"paged_{kind}.tml"] = pack(folder / "residuals.tflite",
                                         options=replace(options, paged=True)).file
    with Model(made["larger.tml"]) as model:
        made["boot.bin"], = read_input(FASHION / "images/9-ankle-boot.png", model.ports(0)[0])
    return made


@pytest.fixture(scope="module")
def place(place_name, files):
    arch = "x64" if place_name in UNIX else load_board(place_name).arch
    modules = ["tinyml.mpy", "tinyml_statuses.mpy", "tinyml_paging.mpy", f"{arch}/_tinyml.mpy"]
    rom = files | {Path(module).name: built(module) for module in modules}
    if place_name == "unix":    # the only place without it
        rom |= {f"asyncio/{path.name}": path.read_bytes()
                for path in (SOURCE / "extmod/asyncio").glob("*.py") if path.name != "manifest.py"}
    with open_or_skip(place_name, rom=rom) as opened:
        yield opened


def built(name):
    if not (BUILT / name).exists():
        pytest.skip("python3 tasks.py build mpy")
    return (BUILT / name).read_bytes()


def expected(script):
    return script.with_name(script.name + ".exp").read_text()


@by_name
def test_on_this_machine(script, files, tmp_path, monkeypatch, capsys):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(script), run_name="__main__")
    assert capsys.readouterr().out == expected(script)


@by_name
def test_in_every_place(script, place):
    assert place.run(IN_ROM + script.read_text()) == expected(script)


def test_the_feedback_model_overlaps(files):
    schedule = decode(files["feedback.tml"])
    offsets = [schedule.rings[port["ring"]]["offset"] for port in schedule.ports]
    assert 0 < abs(offsets[0] - offsets[1]) < 4 * 4 * 4


def test_the_plans_are_of_five_kinds(files):
    plans = {kind: decode(files[f"plan_{kind}.tml"]) for kind in PLANS}
    stages = {kind: [values["stage"] for _, values in plan.steps] for kind, plan in plans.items()}
    assert set(stages["single"]) == {1}
    assert max(stages["rings"]) > 1 and max(stages["rows"]) > 1
    names = {kind: {name for name, _ in plan.steps} for kind, plan in plans.items()}
    assert "conv2d_stack" in names["recompute"] and "conv2d_stack" not in names["rings"]
    assert len(plans["patches"].steps) > 2 * len(plans["single"].steps)
    assert plans["rows"].steps[0][0] == "take"


def test_each_script_has_its_output():
    outputs = {path.name.removesuffix(".exp") for path in (ROOT / "tests/mpy").glob("*.exp")}
    assert outputs == {script.name for script in SCRIPTS}
