# SPDX-License-Identifier: MIT
"""`tinyml search` and `tinyml train`, as a user calls them."""
import json
from importlib.util import find_spec

import numpy as np
import pytest
from typer.testing import CliRunner

from tinyml import cli
from tinyml.search import controls, job
from tinyml.errors import BoardError, FitError, ModelError, SearchError, TinymlError
from tinyml.model import Model
from tinyml.search.architectures import named, suited
from tinyml.search.controls import TABLES
from tinyml.search.effort import Effort
from tinyml.search.evolve import Pace
from tinyml.search.saved import Saved, read_saved
from tests.search_data import DATA, SMALL

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="training needs torch")


def told(*arguments):
    """What a command prints as JSON; raises what it raises."""
    result = CliRunner().invoke(cli.app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def stripes(tmp_path):
    """Pictures of stripes as an archive."""
    path = tmp_path / "stripes.npz"
    np.savez(path, x_train=DATA.train.x, y_train=DATA.train.y, x_test=DATA.test.x, y_test=DATA.test.y)
    return path


@pytest.fixture
def little(monkeypatch):
    """Searches that take seconds."""
    few = Effort(1, 1, 1, 1, 1, samples=4, pool=4, pace=Pace(4, 1))
    monkeypatch.setattr(job, "Effort", lambda *_: few)
    monkeypatch.setattr(job, "effort_for", lambda *_: few)
    monkeypatch.setattr(controls, "TABLES", {"half": TABLES["half"][:2]})
    monkeypatch.setattr(controls, "WIDTHS", (0.1, 0.2))
    monkeypatch.setattr(controls, "STRIDES", {"A": (2, 1, 1)})


@needs_torch
def test_a_search_leaves_a_model_that_runs(tmp_path, stripes, little):
    found = told("search", "--data", stripes, "--board", "m0", "--ram", 4096, "--flash", 20000, "--cycles",
                 2_000_000, "--engine", "here", "-o", tmp_path / "out")
    assert {net["kind"] for net in found["nets"]} == {"searched", "by hand", "by chance"}
    with Model((tmp_path / "out/best.tml").read_bytes()) as model:
        assert model.info["arena_bytes"] <= 4096 and model.labels == ("0", "1")
        again = told("pack", tmp_path / "out/best.tflite", "--ram", 4096, "-o", tmp_path / "again.tml")
        assert again["arena_bytes"] == model.info["arena_bytes"]
    assert json.loads((tmp_path / "out/input.json").read_text())["scale"] == 1 / 255


@needs_torch
def test_what_was_found_is_trained_on_other_data(tmp_path, stripes):
    (tmp_path / "net.npz").write_bytes(Saved(SMALL, {}, ("a", "b")).to_bytes())
    found = told("train", tmp_path / "net.npz", "--data", stripes, "--board", "m0", "--epochs", 6, "--scratch",
                 "--no-flip", "-o", tmp_path / "out")
    assert found["test"] > 0.85 and not list((tmp_path / "out").glob("*.pt"))
    assert (tmp_path / "out/model.tflite").read_bytes()[4:8] == b"TFL3"
    again = told("train", tmp_path / "out/model.npz", "--data", stripes, "--board", "m0", "--epochs", 1,
                 "-o", tmp_path / "again")
    assert again["test"] > 0.85
    assert (tmp_path / "again/labels.txt").read_text() == "0\n1\n"


@needs_torch
@pytest.mark.parametrize("arguments, error, words", [
    (("--board", "m0", "--ms", 10), BoardError, "no clock that is known"),
    (("--board", "m0", "--ram", 100), FitError, "fits"),
    (("--board", "m0", "--space", "nowhere"), TinymlError, "space `nowhere` is unknown"),
    (("--board", "m0", "--size", "big"), ModelError, "height and width"),
])
def test_a_search_that_can_not_be_says_why(tmp_path, stripes, little, arguments, error, words):
    with pytest.raises(error, match=words):
        told("search", "--data", stripes, "--engine", "here", "-o", tmp_path / "out", *arguments)


@needs_torch
def test_a_net_for_colours_takes_no_grey_pictures(tmp_path, stripes):
    from dataclasses import replace

    (tmp_path / "net.npz").write_bytes(Saved(replace(SMALL, input=(8, 8, 3)), {}, ("a", "b")).to_bytes())
    with pytest.raises(ModelError, match="3 channels, the data have 1"):
        told("train", tmp_path / "net.npz", "--data", stripes, "--board", "m0", "-o", tmp_path / "out")


@needs_torch
def test_a_published_net_is_trained_by_its_name(tmp_path, stripes):
    found = told("train", "mbv2-w0.3-r80", "--data", stripes, "--board", "nicla_vision", "--epochs", 1, "-o",
                 tmp_path / "out")
    assert 0 <= found["test"] <= 1
    saved = read_saved(tmp_path / "out/model.npz")
    assert saved.net == suited(named("mbv2-w0.3-r80"), (8, 8, 1), 2) and saved.state


@needs_torch
@pytest.mark.parametrize("name, error, words", [
    ("resnet50", SearchError, "choose of mobilenet-v2, .*mcunet-5fps"),
    ("resnet50.npz", ModelError, "no net of `tinyml search`"),
    ("mobilenet-v2", FitError, "the file of the net would have about 2,.* there is room for 30,000"),
])
def test_what_can_not_be_trained_is_refused_before_the_training(tmp_path, stripes, name, error, words):
    with pytest.raises(error, match=words):
        told("train", name, "--data", stripes, "--board", "pico2", "--flash", 30_000, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_torch_the_way_to_it_is_told(tmp_path, stripes, monkeypatch):
    monkeypatch.setattr("tinyml.search.train.find_spec", lambda name: None)
    with pytest.raises(TinymlError, match=r"pip install tinyml-mpy\[search\]"):
        told("search", "--data", stripes, "--board", "m0", "-o", tmp_path / "out")


