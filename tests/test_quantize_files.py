# SPDX-License-Identifier: MIT
"""`tinyml quantize` as its user meets it: data of many kinds, and one line for what is wrong."""
import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from tests.onnx_nets import NETS, Net  # noqa: E402  only where it is installed
from tests.onnx_runtime import run  # noqa: E402
from tests.test_cli import fails, succeeds, tinyml  # noqa: E402
from tinyml.cli import app  # noqa: E402
from tinyml.errors import TinymlError  # noqa: E402
from tinyml.model import Model  # noqa: E402
from tinyml.quantize.files import split  # noqa: E402
from tinyml.quantize.labels import answer  # noqa: E402
from tools.tflite_builder import ModelBuilder  # noqa: E402

RNG = np.random.default_rng(3)


def small_net() -> bytes:
    net = Net(5)
    return net.classified(net.node("Relu", net.conv(net.input((1, 3, 8, 8)), 3, 4, 3)), 4, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """net.onnx with names of its classes, and data.npz with labels."""
    at = tmp_path_factory.mktemp("quantize")
    (at / "net.onnx").write_bytes(small_net())
    (at / "net.txt").write_text("cat\ndog\nowl\n")
    np.savez(at / "data.npz", x=RNG.normal(0, 1, (20, 3, 8, 8)), y=np.arange(20) % 3)
    np.savez(at / "bare.npz", RNG.normal(0, 1, (6, 3, 8, 8)))
    for name in ("cat", "dog"):
        (at / "pictures" / name).mkdir(parents=True)
        for number in range(3):
            pixels = RNG.integers(0, 256, (9, 7, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(at / "pictures" / name / f"{number}.png")
    (at / "empty").mkdir()
    return at


def quantize(folder, *arguments):
    """The figures of a model that was packed."""
    return json.loads(succeeds("quantize", folder / "net.onnx", "--json", "-o", folder / "net.tml",
                               *arguments))


FAST = ("--ranges", "minmax", "--no-equalise", "--no-correct-biases")


def test_a_float_model_becomes_a_schedule_that_runs(folder):
    told = quantize(folder, "--data", folder / "data.npz", "--calibrate", "10")
    assert told["accuracy"]["items"] == 20 and told["calibrated"] == 10 and told["output_db"] > 25
    assert {"why", "own_db", "op"} <= set(told["layers"][0])
    with Model((folder / "net.tml").read_bytes()) as model:
        assert model.labels == ("cat", "dog", "owl") and model.input_dtype == ("float32",)
        assert model.selftest() == (2, 2)


def test_answers_are_counted_on_items_that_ranges_were_not_found_on(folder, tmp_path):
    np.savez(tmp_path / "many.npz", x=RNG.normal(0, 1, (80, 3, 8, 8)),
             y=np.repeat([0, 1, 2], [60, 15, 5]))
    told = quantize(folder, "--data", tmp_path / "many.npz", "--calibrate", "16", *FAST)
    assert told["calibrated"] == 16
    assert (told["accuracy"]["items"], told["accuracy"]["unseen"]) == (64, True)


def test_ranges_are_found_on_all_classes_alike():
    labels = np.repeat([2, 0, 1], [60, 20, 20])[np.random.default_rng(1).permutation(100)]
    seen, scored = split(100, labels, 10)
    assert sorted(labels[seen]) == [0, 0, 1, 1, 2, 2, 2, 2, 2, 2]
    assert sorted(seen + scored) == list(range(100))
    assert split(100, None, 10)[0] == list(range(0, 100, 10))
    assert split(9, None, 100) == (list(range(9)),) * 2


def test_options_of_pack_are_those_of_quantize(folder):
    rows = quantize(folder, "--data", folder / "bare.npz", *FAST, "--feed", "rows", "--minimum")
    whole = quantize(folder, "--data", folder / "bare.npz", *FAST, "--stages", "single")
    assert rows["arena_bytes"] < whole["arena_bytes"] and rows["accuracy"] is None


def test_pictures_in_folders_are_labelled_by_them(folder):
    told = quantize(folder, "--data", folder / "pictures", "--scale", "1/255", "--mean",
                    "0.5,0.5,0.5", *FAST)
    assert told["accuracy"]["items"] == 6
    assert -0.5 <= told["input_range"][0] < told["input_range"][1] <= 0.5


def test_the_report_says_what_is_lost_and_where(folder):
    told = succeeds("quantize", folder / "net.onnx", "-o", folder / "told.tml", "--data",
                    folder / "data.npz", *FAST)
    for words in ("accuracy on 20 items, those of the ranges among them: float32", "add most noise",
                  "nothing is lost", "RAM: arena"):
        assert words in told


def float_tflite() -> bytes:
    b = ModelBuilder()
    x = b.input((1, 5, 4, 3), dtype="float32")
    w = b.constant(np.ones((4, 1, 1, 3), np.float32))
    return b.finish([b.op("CONV_2D", [x, w], (1, 5, 4, 4), None,
                          ("Conv2DOptions", {"StrideH": 1, "StrideW": 1}), dtype="float32")])


def test_a_float_tflite_is_quantised_as_well(tmp_path):
    (tmp_path / "x.tflite").write_bytes(float_tflite())
    np.save(tmp_path / "x.npy", RNG.normal(0, 1, (4, 5, 4, 3)))
    succeeds("quantize", tmp_path / "x.tflite", "--data", tmp_path / "x.npy", *FAST)
    assert "tinyml quantize MODEL --data FOLDER" in fails("pack", tmp_path / "x.tflite")
    assert "give --data" in fails("quantize", tmp_path / "x.tflite")


def test_a_float_model_that_is_wrong_itself_is_told(folder, tmp_path):
    """Weights are at random; labels are what it says, or anything but that."""
    arrays = RNG.normal(0, 1, (20, 3, 8, 8)).astype(np.float32)
    answers = [run(small_net(), {"input_0": one[None]})[0].argmax() for one in arrays]
    for name, wrong in (("right", 1), ("wrong", 20)):
        labels = [(one + (number < wrong) * (1 + number % 2)) % 3
                  for number, one in enumerate(answers)]
        np.savez(tmp_path / f"{name}.npz", x=arrays, y=labels)
        told = succeeds("quantize", folder / "net.onnx", "-o", tmp_path / "net.tml", "--data",
                        tmp_path / f"{name}.npz", *FAST)
        assert ("hardly better than chance" in told) == (name == "wrong")


def test_what_is_quantised_already_is_packed(folder, tmp_path):
    b = ModelBuilder()
    (tmp_path / "x.tflite").write_bytes(b.finish([b.softmax(b.input((1, 4), 0.1))]))
    told = fails("quantize", tmp_path / "x.tflite", "--data", folder / "data.npz")
    assert "`tinyml pack` takes it" in told


def test_an_unsupported_operator_is_named_before_any_work(folder, tmp_path):
    net = Net(1)
    x = net.node("Hardmax", net.conv(net.input((1, 3, 8, 8)), 3, 4, 3))
    (tmp_path / "x.onnx").write_bytes(net.classified(x, 4))
    assert "Hardmax" in fails("quantize", tmp_path / "x.onnx", "--data", folder / "data.npz")


def test_the_commands_of_the_manual_run(folder, monkeypatch):
    monkeypatch.chdir(folder)
    manual = (Path(__file__).parents[1] / "docs/QUANTIZE.md").read_text()
    commands = re.findall(r"^tinyml (.*)$", manual, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        ran = CliRunner().invoke(app, shlex.split(command))
        assert ran.exit_code == 0, (command, ran.exception)


@pytest.mark.parametrize("arguments, words", [
    (["--data", "empty"], "holds no data"),
    (["--data", "nowhere"], "does not exist"),
    (["--data", "net.txt"], "is no data"),
    (["--data", "data.npz", "--labels", "net.txt"], "3 labels for 20 items"),
    (["--data", "data.npz", "--labels", "nowhere"], "can't be read"),
    (["--data", "data.npz", "--mean", "1,2"], "--mean has 2 numbers"),
    (["--data", "data.npz", "--mean", "grey"], "is not numbers"),
    (["--data", "data.npz", "--std", "0"], "can't be 0"),
    (["--data", "data.npz", "--scale", "1,2"], "must be one number"),
    (["--data", "data.npz", "--names", "nowhere"], "cannot be read"),
    (["--data", "data.npz", "--ram", "10"], "bytes"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_what_is_wrong_is_told_in_one_line(folder, arguments, words):
    given = [str(folder / part) if (folder / part).exists() else part for part in arguments]
    ran = CliRunner().invoke(app, ["quantize", str(folder / "net.onnx"), "-o",
                                   str(folder / "x.tml"), *FAST, *given])
    assert isinstance(ran.exception, TinymlError) and words in str(ran.exception)
    assert "\n" not in str(ran.exception) and not (folder / "x.tml").exists()


def test_no_range_of_its_own_invention(folder):
    assert tinyml("quantize", folder / "net.onnx", "--ranges", "wide").returncode == 2


def test_one_number_answers_by_its_side_of_the_middle():
    assert [answer(np.array([x]), True) for x in (0.4, 0.6)] == [0, 1]
    assert [answer(np.array([x]), False) for x in (-0.4, 0.1)] == [0, 1]


def test_a_mobile_net_is_packed(tmp_path):
    (tmp_path / "net.onnx").write_bytes(NETS["mobilenet_v2"])
    np.save(tmp_path / "x.npy", RNG.normal(0, 1, (30, 3, 32, 32)))
    told = json.loads(succeeds("quantize", tmp_path / "net.onnx", "--data", tmp_path / "x.npy",
                               "--json"))
    assert told["output_db"] > 30 and told["arena_bytes"] < 12000
