# SPDX-License-Identifier: MIT
"""`tinyml eval`: labelled data of each kind counted as it should be, and refused in one line."""
import json

import numpy as np
import pytest
from PIL import Image

from tests.shared import model_file, needs_shared
from tests.test_cli import SHAPE, fails, succeeds, tinyml
from tinyml.errors import ModelError
from tinyml.evaluate import evaluate
from tinyml.model import Model
from tinyml.search.executor import make_executor
from tinyml.search.shares import evaluate_shared
from tools.datasets import SHARED, vww01
from tools.tflite_builder import ModelBuilder

LABELS = ("cat", "dog", "owl")


def brightest_channel():
    """Says which channel of a picture is the brightest."""
    b = ModelBuilder()
    y = b.mean(b.input(SHAPE, 1 / 255, -128), (1, 2), out=(1 / 255, -128))
    weights = b.constant(np.eye(3, dtype=np.int8) * 100, 0.01)
    return b.finish([b.softmax(b.fully_connected(y, weights, out=(1 / 128, 0)))])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """net.tml without labels, and names for its classes."""
    at = tmp_path_factory.mktemp("eval")
    (at / "net.tflite").write_bytes(brightest_channel())
    succeeds("pack", at / "net.tflite")
    (at / "names").write_text("\n".join(LABELS))
    return at


@pytest.fixture(scope="module")
def noise():
    """Pixels of all colours, so that all three classes come up."""
    rng = np.random.default_rng(1)
    return np.clip(rng.normal(rng.uniform(0, 255, (60, 1, 1, 3)), 40, (60, *SHAPE[1:])), 0,
                   255).astype(np.uint8)


@pytest.fixture(scope="module")
def said(folder, noise):
    """The class that the model tells for each."""
    with Model((folder / "net.tml").read_bytes()) as model:
        return [int(np.frombuffer(model.run(item.tobytes()), np.int8).argmax())
                for item in noise ^ 128]


@pytest.fixture(scope="module")
def truth(said):
    """What is right: all but every fifth of what the model says."""
    return [(one + (number % 5 == 0)) % 3 for number, one in enumerate(said)]


def expected(truth, said):
    confusion = np.zeros((3, 3), int)
    np.add.at(confusion, (truth, said), 1)
    return confusion.tolist()


def counted(model, data, **more):
    return evaluate(model, data, **more).figures()


def refused(model, data, **more):
    """The one line that says why the data does not fit."""
    with pytest.raises(ModelError) as error:
        evaluate(model, data, **more)
    assert "\n" not in str(error.value)
    return str(error.value)


def write_folder(at, noise, truth, names=LABELS):
    for number, (pixels, one) in enumerate(zip(noise, truth)):
        (at / names[one]).mkdir(exist_ok=True, parents=True)
        Image.fromarray(pixels).save(at / names[one] / f"{number}.png")
    return at


def test_a_folder_of_pictures_is_counted(folder, noise, truth, said, tmp_path):
    told = counted(folder / "net.tml", write_folder(tmp_path, noise, truth), labels=folder / "names")
    assert told["confusion"] == expected(truth, said) and told["items"] == 60
    assert told["accuracy"] == 48 / 60 and [c["label"] for c in told["classes"]] == list(LABELS)
    for number, row in enumerate(told["classes"]):
        right = told["confusion"][number][number]
        assert row["items"] == truth.count(number)
        assert row["recall"] == right / truth.count(number)
        assert row["precision"] == right / said.count(number)


def test_labels_give_the_order_of_classes(folder, noise, truth, said, tmp_path):
    (tmp_path / "names").write_text("owl\ncat\ndog\n")
    data = write_folder(tmp_path / "data", noise, truth, names=("owl", "cat", "dog"))
    told = counted(folder / "net.tml", data, labels=tmp_path / "names")
    assert told["confusion"] == expected(truth, said)


def test_without_labels_folders_are_sorted_and_numbers_are_indices(folder, noise, truth, said,
                                                                   tmp_path):
    for names in (("a", "b", "c"), ("0", "1", "2")):
        told = counted(folder / "net.tml", write_folder(tmp_path / names[0], noise, truth, names))
        assert told["confusion"] == expected(truth, said)
        assert [row["label"] for row in told["classes"]] == list(names)


def test_pictures_of_another_size_and_grey_ones_are_made_to_fit(folder, tmp_path):
    (tmp_path / "0").mkdir()
    Image.new("L", (20, 30), 200).save(tmp_path / "0/grey.png")
    Image.new("RGB", (5, 6), (200, 200, 200)).save(tmp_path / "0/same.png")
    row = counted(folder / "net.tml", tmp_path)["confusion"][0]
    assert sorted(row) == [0, 0, 2]


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("kind", ["int8", "uint8", "float32"])
def test_an_npz_is_counted(folder, noise, truth, said, tmp_path, kind, flat):
    held = (noise ^ 128).view(np.int8)
    x = {"int8": held, "uint8": noise, "float32": (noise / 255).astype(np.float32)}[kind]
    if flat and kind == "uint8":
        x = x.reshape(60, 1, *SHAPE[1:])
    elif flat:
        x = x.reshape(60, -1)
    np.savez(tmp_path / "d.npz", x=x, y=np.uint8(truth))
    assert counted(folder / "net.tml", tmp_path / "d.npz")["confusion"] == expected(truth, said)


@pytest.mark.parametrize("header", [False, True])
def test_a_csv_is_counted(folder, noise, truth, said, tmp_path, header):
    rows = [",".join(map(str, pixels.ravel() / 255)) + f", {LABELS[one]}"
            for pixels, one in zip(noise, truth)]
    words = [",".join(["f"] * noise[0].size) + ",label"] * header
    (tmp_path / "d.csv").write_text("\n".join(words + rows) + "\n")
    told = counted(folder / "net.tml", tmp_path / "d.csv", labels=folder / "names")
    assert told["confusion"] == expected(truth, said)


def test_a_limit_is_spread_over_all_items(folder, noise, truth, said, tmp_path):
    np.savez(tmp_path / "d.npz", x=noise, y=truth)
    told = counted(folder / "net.tml", tmp_path / "d.npz", limit=20)
    assert told["confusion"] == expected(truth[::3], said[::3])


def test_an_output_of_one_number_is_no_or_yes(tmp_path):
    b = ModelBuilder()
    w = b.constant(np.array([[100]], np.int8), 0.01)
    (tmp_path / "m.tflite").write_bytes(
        b.finish([b.fully_connected(b.input((1, 1), 1 / 128, 0), w, out=(1 / 128, 0))]))
    (tmp_path / "d.csv").write_text("0.2,0\n0.4,0\n0.7,1\n0.9,0\n")
    told = counted(tmp_path / "m.tflite", tmp_path / "d.csv")
    assert told["confusion"] == [[2, 1], [0, 1]]
    assert told["classes"][1] == {"label": "1", "items": 1, "precision": 0.5, "recall": 1.0}


@pytest.mark.parametrize("engine", ["here", "local"])
def test_workers_that_share_the_items_count_the_same(folder, noise, truth, said, tmp_path, engine):
    write_folder(tmp_path / "data", noise, truth)
    with make_executor(engine, 2) as executor:
        for limit in (None, 3):
            counted = evaluate_shared(executor, folder / "net.tml", tmp_path / "data", limit=limit)
            assert counted.figures() == evaluate(folder / "net.tml", tmp_path / "data",
                                                 limit=limit).figures()
            assert counted.figures()["items"] == (limit or len(truth))


def test_engines_are_for_the_host(folder, noise, truth, tmp_path):
    write_folder(tmp_path / "data", noise[:6], truth[:6])
    told = succeeds("eval", folder / "net.tml", tmp_path / "data", "--engine", "local")
    assert "of 6 right" in told
    ran = tinyml("eval", folder / "net.tml", tmp_path / "data", "--engine", "local", "--on", "m0")
    assert ran.returncode == 2 and "--engine is for --on host" in ran.stderr


def test_a_class_that_nothing_is_has_no_share(folder, noise, tmp_path):
    np.savez(tmp_path / "d.npz", x=noise[:1], y=[0])
    told = counted(folder / "net.tml", tmp_path / "d.npz")
    assert [row["recall"] for row in told["classes"]].count(None) == 2


def test_the_table_names_classes_and_what_they_were_taken_for(folder, noise, truth, tmp_path):
    data = write_folder(tmp_path, noise, truth)
    ran = tinyml("eval", folder / "net.tml", data, "--labels", folder / "names")
    assert ran.returncode == 0 and ran.stderr == ""
    assert "80.0 % of 60 right" in ran.stdout and "Column: what was said" in ran.stdout
    assert all(label in ran.stdout for label in LABELS)
    told = succeeds("eval", folder / "net.tml", data, "--labels", folder / "names", "--json", "--limit",
                    20)
    assert json.loads(told) == counted(folder / "net.tml", data, labels=folder / "names", limit=20)


def test_a_board_counts_as_the_host_does(folder, noise, truth, board, tmp_path):
    np.savez(tmp_path / "d.npz", x=noise, y=truth)
    ran = [evaluate(folder / "net.tml", tmp_path / "d.npz", on, limit=4) for on in ("host", board)]
    assert ran[0].confusion.tolist() == ran[1].confusion.tolist()


def test_data_that_is_not_there_is_named(folder, tmp_path):
    told = fails("eval", folder / "net.tml", tmp_path / "x")
    assert f"`{tmp_path / 'x'}` does not exist" in told
    (tmp_path / "x.txt").write_text("")
    assert "is no data: give a folder" in refused(folder / "net.tml", tmp_path / "x.txt")


def test_folders_that_do_not_fit_are_refused(folder, noise, truth, tmp_path):
    assert "holds no data" in refused(folder / "net.tml", tmp_path)
    Image.new("L", (2, 2)).save(tmp_path / "1.png")
    assert "says no classes: give a folder with one" in refused(folder / "net.tml", tmp_path)
    (tmp_path / "1.png").unlink()
    write_folder(tmp_path, noise[:9], truth[:9])
    (tmp_path / "fox").mkdir()
    assert "fox` holds no data: a folder for each class, none of them empty" in refused(folder / "net.tml", tmp_path)
    Image.new("L", (2, 2)).save(tmp_path / "fox/1.png")
    told = refused(folder / "net.tml", tmp_path)
    assert "has 4 classes (cat, dog, fox, owl), the model tells 3 and has no labels" in told
    told = refused(folder / "net.tml", tmp_path, labels=folder / "names")
    assert "class `fox` is no label of the model (cat, dog, owl)" in told
    (tmp_path / "fox/1.png").write_bytes(b"no picture")
    (tmp_path / "fox").rename(tmp_path / "owl2")
    (tmp_path / "two").write_text("a\nb\n")
    told = refused(folder / "net.tml", tmp_path, labels=tmp_path / "two")
    assert "two` has 2 labels, the model tells 3" in told


@pytest.mark.parametrize("arrays, words", [
    ({"a": np.zeros(3), "b": np.zeros(3)}, "has `a`, `b`: name the one for the model's input `x`"),
    ({"x": np.zeros((2, *SHAPE[1:]), np.int8)}, "says no classes: give a folder with one of pictures"),
    ({"x": np.zeros((2, *SHAPE[1:]), np.int8), "y": np.zeros(3, int)}, "each of 2 items"),
    ({"x": np.zeros((2, *SHAPE[1:]), np.int8), "y": np.zeros(2)}, "`y` is float64"),
    ({"x": np.zeros((2, 9), np.int8), "y": np.zeros(2, int)}, "has shape 2x9, the model's input is"),
    ({"x": np.zeros((2, *SHAPE[1:]), np.int16), "y": np.zeros(2, int)}, "is int16"),
    ({"x": np.zeros((0, *SHAPE[1:]), np.int8), "y": np.zeros(0, int)}, "holds no items"),
    ({"x": np.zeros((2, *SHAPE[1:]), np.int8), "y": [0, 3]}, "a class 3, the model tells 3: 0 to 2"),
    ({"x": np.zeros((2, *SHAPE[1:]), np.int8), "y": [0, -1]}, "2 classes (-1, 0), the model tells 3"),
], ids=["names", "no classes", "lengths", "real y", "shape", "type", "none", "too large", "negative"])
def test_an_npz_that_does_not_fit_is_refused(folder, tmp_path, arrays, words):
    np.savez(tmp_path / "d.npz", **arrays)
    assert words in refused(folder / "net.tml", tmp_path / "d.npz")


@pytest.mark.parametrize("text, words", [
    ("", "holds no items"),
    ("1,2,3\n", "has 1 rows of 3, the model's input is 6x5x3: give rows of 90, of 91 with the class"),
    ("f," * 90 + "label\n" + "0," * 91 + "cat\n", "line 2 has 92 columns, those before have 91"),
    ("0," * 90 + "0\n" + "0," * 89 + "x,0\n", "line 2 is not a row of numbers: all columns must be"),
    (b"\xff\xfe\x00", "is not a readable .csv"),
], ids=["empty", "short", "long", "words", "bytes"])
def test_a_csv_that_does_not_fit_is_refused(folder, tmp_path, text, words):
    (tmp_path / "d.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert words in refused(folder / "net.tml", tmp_path / "d.csv")


def test_what_is_no_npz_is_refused(folder, tmp_path):
    (tmp_path / "d.npz").write_bytes(b"no zip")
    assert "is not a readable .npz" in refused(folder / "net.tml", tmp_path / "d.npz")


@needs_shared
def test_real_data_gives_the_accuracy_that_others_have_measured(tmp_path):
    words = evaluate(model_file("mlperf_tiny/kws_ref_model"),
                     SHARED / "data/kws01/kws01_1000_mfcc_int8.npz")
    assert round(100 * words.figures()["accuracy"], 1) == 90.1
    photos, persons = vww01()
    for number in range(0, 1000, 10):
        at = tmp_path / ("non_person", "person")[persons[number]]
        at.mkdir(exist_ok=True)
        Image.fromarray((photos[number].view(np.uint8) ^ 128)).save(at / f"{number}.png")
    np.savez(tmp_path / "all.npz", x=photos, y=persons)
    np.savez(tmp_path / "few.npz", x=photos[::10], y=persons[::10])
    model = model_file("mlperf_tiny/vww_96_int8")
    whole, few, pictures = (counted(model, tmp_path / name) for name in ("all.npz", "few.npz", "."))
    assert round(100 * whole["accuracy"], 1) == 85.3
    assert pictures["confusion"] == few["confusion"]
