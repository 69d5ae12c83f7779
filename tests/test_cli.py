# SPDX-License-Identifier: MIT
"""The command line as its user meets it: results, exit status, errors of a line, no traceback."""
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.tflite_builder import ModelBuilder
from tinyml.model import Model
from tinyml.schedule import decode

TINYML = Path(sys.executable).parent / "tinyml"     # the console script beside this Python
SHAPE = (1, 6, 5, 3)
KEYS = {"name", "arena_bytes", "schedule_bytes", "weight_bytes", "file_bytes", "steps", "macs",
        "executed_macs", "plan_seconds", "cycles", "stages", "removed"}


def tinyml(*arguments, **more):
    """Runs the console script; no command may ever end in a traceback."""
    ran = subprocess.run([TINYML, *map(str, arguments)], text=True, capture_output=True,
                         timeout=60, **more)
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran


def succeeds(*arguments, **more):
    ran = tinyml(*arguments, **more)
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    return ran.stdout


def fails(*arguments, **more):
    """The one line on stderr of a command that could not do its work."""
    ran = tinyml(*arguments, **more)
    assert ran.returncode == 1 and ran.stdout == ""
    assert ran.stderr.startswith("tinyml: ") and ran.stderr.count("\n") == 1, ran.stderr
    return ran.stderr


def model_bytes():
    """Three classes of a small picture."""
    b = ModelBuilder()
    x = b.input(SHAPE, 1 / 255, -128)
    w = b.constant(np.arange(108).reshape(4, 3, 3, 3).astype(np.int8), [0.01] * 4)
    y = b.conv2d(x, w, stride=(2, 2), activation="RELU", out=(0.1, -128))
    y = b.mean(y, (1, 2), out=(0.1, -128))
    fc = b.constant((np.arange(12).reshape(3, 4) * 9 - 50).astype(np.int8), 0.02)
    return b.finish([b.softmax(b.fully_connected(y, fc, out=(0.1, 0)))])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """net.tflite with its labels, net.tml, and inputs."""
    at = tmp_path_factory.mktemp("cli")
    (at / "net.tflite").write_bytes(model_bytes())
    (at / "net.txt").write_text("cat\ndog\nowl\n")
    succeeds("pack", at / "net.tflite")
    batch = np.random.default_rng(1).integers(-128, 128, (4, *SHAPE[1:])).astype(np.int8)
    np.save(at / "batch.npy", batch)
    np.save(at / "one.npy", batch[:1])
    np.save(at / "bare.npy", batch[0])
    Image.fromarray((batch[0].astype(int) + 128).astype(np.uint8)).save(at / "picture.png")
    return at


def answers_here(folder):
    with Model((folder / "net.tml").read_bytes()) as model:
        return [bytes(model.run(item.tobytes())) for item in np.load(folder / "batch.npy")]


def test_help_waits_for_nothing_it_does_not_need():
    assert "pack" in succeeds("--help")
    heavy = "{'numpy', 'tflite', 'PIL', 'mpremote', 'serial'}"
    program = f"import sys, tinyml.cli; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout == "set()\n"


@pytest.mark.parametrize("arguments", [
    (), ("fold",), ("pack",), ("pack", "a.tflite", "--ram", "-1"), ("pack", "a.tflite", "--fast"),
    ("run", "a.tml"), ("run", "a.tml", "--input", "x.npy", "--top", "0")], ids=" ".join)
def test_a_wrong_call_is_a_usage_error(arguments):
    ran = tinyml(*arguments)
    assert ran.returncode == 2 and "Usage: tinyml" in ran.stderr + ran.stdout


# pack

def test_pack_writes_a_file_and_says_what_it_needs(folder, tmp_path):
    told = succeeds("pack", folder / "net.tflite", "-o", tmp_path / "x.tml", "--board", "m4f")
    assert "RAM: arena" in told and "board has" in told
    schedule = decode((tmp_path / "x.tml").read_bytes())
    assert (schedule.name, schedule.labels) == ("net", ("cat", "dog", "owl"))
    assert len(schedule.vectors) == 2


def test_pack_is_deterministic(folder, tmp_path):
    succeeds("pack", folder / "net.tflite", "-o", tmp_path / "x.tml")
    assert (tmp_path / "x.tml").read_bytes() == (folder / "net.tml").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["x.tml"]


def test_pack_gives_its_figures_as_json(folder, tmp_path):
    figures = json.loads(succeeds("pack", folder / "net.tflite", "--json", "-o",
                                  tmp_path / "x.tml"))
    assert set(figures) == KEYS
    file = (tmp_path / "x.tml").read_bytes()
    assert figures["file_bytes"] == len(file)
    assert figures["schedule_bytes"] + figures["weight_bytes"] == len(file)
    assert figures["arena_bytes"] == decode(file).arena_bytes
    assert figures["executed_macs"] >= figures["macs"] == 3 * 3 * 4 * 27 + 12
    assert 0 < figures["plan_seconds"] < 5


def test_a_model_too_large_is_refused_and_leaves_no_file(folder, tmp_path):
    told = fails("pack", folder / "net.tflite", "--ram", 100, "-o", tmp_path / "x.tml")
    assert "the arena needs" in told and "more than the 100 allowed" in told
    assert list(tmp_path.iterdir()) == []


def test_just_enough_ram_is_enough(folder, tmp_path):
    succeeds("pack", folder / "net.tflite", "--minimum", "-o", tmp_path / "least.tml")
    needs = decode((tmp_path / "least.tml").read_bytes()).arena_bytes
    succeeds("pack", folder / "net.tflite", "--ram", needs, "-o", tmp_path / "x.tml")
    fails("pack", folder / "net.tflite", "--ram", needs - 1, "-o", tmp_path / "y.tml")


def test_a_missing_folder_is_named(folder, tmp_path):
    target = tmp_path / "missing/x.tml"
    assert f"`{target}` cannot be written" in fails("pack", folder / "net.tflite", "-o", target)


@pytest.mark.parametrize("target", [".", "/", "/dev/null/x.tml"])
def test_a_target_that_is_no_file_is_named(folder, target, tmp_path):
    told = fails("pack", folder / "net.tflite", "-o", target, cwd=tmp_path)
    assert f"`{target}` cannot be written" in told and list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_written(folder, tmp_path):
    def files_of_at_most_64_bytes():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
    (tmp_path / "x.tml").write_bytes(b"the file of yesterday")
    told = fails("pack", folder / "net.tflite", "-o", tmp_path / "x.tml",
                 preexec_fn=files_of_at_most_64_bytes)
    assert "cannot be written" in told
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"the file of yesterday"]


def test_a_device_as_output_stays_a_device(folder, tmp_path):
    pipe = tmp_path / "pipe"
    pipe.symlink_to("/dev/null")
    succeeds("pack", folder / "net.tflite", "-o", pipe)
    assert pipe.is_char_device()


@pytest.mark.parametrize("name, content, words", [
    ("net.tflite", None, "cannot be read: No such file"),
    ("net.tflite", b"", "the file is empty"),
    ("net.h5", b"\x89HDF\r\n\x1a\n", "Keras .h5"),
    ("net.tflite", model_bytes()[:99], "damaged .tflite file"),
], ids=["missing", "empty", "h5", "cut"])
def test_a_model_that_cannot_be_read_is_refused(name, content, words, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert words in fails("pack", tmp_path / name)
    assert len(list(tmp_path.iterdir())) == (content is not None)


def test_labels_that_are_not_text_are_refused(folder, tmp_path):
    (tmp_path / "labels.txt").write_bytes(b"caf\xe9\n")
    told = fails("pack", folder / "net.tflite", "--labels", tmp_path / "labels.txt", "-o",
                 tmp_path / "x.tml")
    assert "labels.txt" in told


def test_any_file_name_will_do(tmp_path):
    model = tmp_path / os.fsdecode(b"caf\xe9.tflite")
    model.write_bytes(model_bytes())
    succeeds("pack", model)
    assert decode(model.with_suffix(".tml").read_bytes()).name.startswith("caf")


def test_an_unsupported_model_is_told_line_by_line(tmp_path):
    b = ModelBuilder()
    x = b.op("SIN", [b.input((1, 4), 0.1)], (1, 4), (0.1, 0), name="a")
    (tmp_path / "x.tflite").write_bytes(b.finish([b.op("COS", [x], (1, 4), (0.1, 0), name="b")]))
    ran = tinyml("pack", tmp_path / "x.tflite")
    assert ran.returncode == 1
    assert "SIN `a`" in ran.stderr and "COS `b`" in ran.stderr
    assert len(ran.stderr.splitlines()) == 2


def test_an_unknown_board_is_refused_with_those_known(folder):
    told = fails("pack", folder / "net.tflite", "--board", "abacus")
    assert "known: esp32" in told and "m0, m3" in told


# show, boards

def test_show_lists_the_steps_of_a_schedule(folder):
    told = succeeds("show", folder / "net.tml")
    assert "net: " in told.splitlines()[0]
    for words in ("conv2d", "softmax", "output = requant(bias", "2 golden vectors", "6x5x3"):
        assert words in told


def test_show_draws_the_arena_of_a_schedule_and_of_a_model(folder):
    for name in ("net.tml", "net.tflite"):
        assert "B  tensor @0.." in succeeds("show", folder / name)


def test_boards_are_listed(folder):
    known = json.loads(succeeds("boards", "--json"))
    assert {"m0", "m4f", "rv32"} <= {board["name"] for board in known}
    assert all(board["ram_bytes"] > 0 for board in known)
    assert "Cortex-M0" in succeeds("boards")


# run

def run_json(folder, name, *more, file="net.tml"):
    return json.loads(succeeds("run", folder / file, "--input", folder / name, "--json", *more))


def test_run_answers_for_each_item_of_a_batch(folder):
    told = run_json(folder, "batch.npy")
    assert [np.array(out, np.int8).tobytes() for out in told["outputs"]] == answers_here(folder)
    assert [len(answer) for answer in told["answers"]] == [3] * 4
    assert {answer["label"] for answer in told["answers"][0]} == {"cat", "dog", "owl"}
    for answer in told["answers"]:
        values = [one["value"] for one in answer]
        assert values == sorted(values, reverse=True) and abs(sum(values) - 1) < 0.02


def test_run_takes_one_item_with_or_without_its_batch_axis_a_picture_or_the_model(folder):
    expected = [list(np.frombuffer(answers_here(folder)[0], np.int8))]
    for name, file in (("one.npy", "net.tml"), ("bare.npy", "net.tml"), ("picture.png", "net.tml"),
                       ("one.npy", "net.tflite")):
        assert run_json(folder, name, file=file)["outputs"] == expected, (name, file)


def test_run_prints_a_table_of_labels(folder):
    told = succeeds("run", folder / "net.tml", "--input", folder / "one.npy", "--top", "2")
    assert sum(label in told for label in ("cat", "dog", "owl")) == 2


def test_run_writes_its_outputs(folder, tmp_path):
    succeeds("run", folder / "net.tml", "--input", folder / "batch.npy", "--output",
             tmp_path / "out.npy")
    out = np.load(tmp_path / "out.npy")
    assert (out.shape, out.dtype) == ((4, 3), np.int8)
    assert [item.tobytes() for item in out] == answers_here(folder)


@pytest.mark.parametrize("name, array, words", [
    ("x.npy", np.zeros((6, 5, 4), np.int8), "has shape 6x5x4, the model's input is 1x6x5x3"),
    ("x.npy", np.zeros(SHAPE, np.int16), "is int16, the model's input is int8"),
    ("x.npy", np.zeros((0, *SHAPE[1:]), np.int8), "has shape 0x6x5x3"),
    ("x.npy", b"", "is not a readable .npy"),
    ("x.npy", None, "is not a readable .npy"),
    ("x.png", b"no picture", "neither .npy nor a picture"),
    ("x.png", None, "does not exist"),
], ids=["shape", "dtype", "no item", "empty", "missing", "no picture", "no file"])
def test_an_input_that_does_not_fit_is_refused(folder, tmp_path, name, array, words):
    if isinstance(array, bytes):
        (tmp_path / name).write_bytes(array)
    elif array is not None:
        np.save(tmp_path / name, array)
    assert words in fails("run", folder / "net.tml", "--input", tmp_path / name)


@pytest.mark.parametrize("on", ["nowhere", "/dev/does-not-exist"])
def test_a_place_that_is_not_there_is_named(folder, on):
    assert f"`{on}`" in fails("run", folder / "net.tml", "--input", folder / "one.npy", "--on", on)


def test_a_damaged_schedule_is_refused(folder, tmp_path):
    file = (folder / "net.tml").read_bytes()
    for number, (content, words) in enumerate((
            (file[:-1], "ends too early"), (file[:20], "ends too early"), (b"", "ends too early"),
            (file[:-1] + bytes([file[-1] ^ 1]), "checksum is wrong"),
            (bytes(99), "not a .tml schedule"))):
        path = tmp_path / f"{number}.tml"
        path.write_bytes(content)
        assert words in fails("show", path)
    assert words in fails("run", path, "--input", folder / "one.npy")
