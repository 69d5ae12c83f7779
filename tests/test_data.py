# SPDX-License-Identifier: MIT
"""A user's data as items for a model, and labels as numbers of classes."""
import numpy as np
import pytest

from tinyml.data import read_data
from tinyml.errors import ModelError
from tinyml.ir import Port, Tensor
from tinyml.quantize.labels import read_labels
from tinyml.quantize.source import Preparation, preparation

IMAGE = Port(Tensor("picture", (1, 4, 5, 3), "float32"), "float32", (1, 4, 5, 3), True)
SERIES = Port(Tensor("series", (1, 6, 2), "float32"), "float32", (1, 6, 2))
RNG = np.random.default_rng(4)


def read(source, port=IMAGE, prepare=Preparation()):
    data = read_data(source, (port,), (port.tensor.name,))
    return [prepare(one()[0], port) for one in data.items], data


@pytest.mark.parametrize("shape", [(7, 4, 5, 3), (7, 3, 4, 5), (7, 60), (3, 4, 5), (4, 5, 3)])
def test_arrays_come_in_either_order_of_channels(tmp_path, shape):
    array = RNG.normal(0, 1, shape)
    np.save(tmp_path / "x.npy", array)
    items, _ = read(tmp_path / "x.npy")
    assert len(items) == (7 if shape[0] == 7 else 1)
    assert all(item.shape == (4, 5, 3) and item.dtype == np.float32 for item in items)
    first = array[0] if shape[0] == 7 else array
    first = first.reshape(3, 4, 5) if first.size == 60 and first.ndim == 1 else first
    wanted = np.moveaxis(first, 0, -1) if first.shape == (3, 4, 5) else first
    np.testing.assert_allclose(items[0], wanted, rtol=1e-6)


def test_a_table_is_cut_in_windows(tmp_path):
    rows = np.arange(2 * 14.0).reshape(14, 2)
    np.savetxt(tmp_path / "x.csv", rows, delimiter=",", header="a,b", comments="")
    items, data = read(tmp_path, SERIES)
    assert [item.tolist() for item in items] == [rows[:6].tolist(), rows[6:12].tolist()]
    assert data.names == ("x.csv",) * 2
    np.savetxt(tmp_path / "x.csv", rows[:12].reshape(2, 12), delimiter=",")
    assert [item.tolist() for item in read(tmp_path, SERIES)[0]] == [rows[:6].tolist(),
                                                                    rows[6:12].tolist()]


def test_numbers_are_scaled_then_shifted_then_divided(tmp_path):
    np.save(tmp_path / "x.npy", np.full((1, 4, 5, 3), 10.0))
    (item,), _ = read(tmp_path / "x.npy", prepare=preparation("1/2", "1,2,3", "2"))
    assert item[0, 0].tolist() == [2, 1.5, 1]


@pytest.mark.parametrize("content, words", [
    (np.zeros((2, 4, 5, 4)), "has shape 2x4x5x4"), (np.array(["a"]), "holds no numbers"),
    (b"", "not a readable .npy"), (np.zeros((0, 4, 5, 3)), "has shape 0x4x5x3")])
def test_an_array_that_does_not_fit_is_refused(tmp_path, content, words):
    if isinstance(content, bytes):
        (tmp_path / "x.npy").write_bytes(content)
    else:
        np.save(tmp_path / "x.npy", content)
    with pytest.raises(ModelError, match=words):
        read(tmp_path / "x.npy")


@pytest.mark.parametrize("text, words", [
    ("a,b\nc,d\n", "line 2 is not a row of numbers"), ("1,2,3\n", "1 rows of 3"), ("1,2\n", "1 rows of 2"),
    ("", "it is empty"), ("a,b\n", "only a header"), ("1,2\n3\n", "line 2 has 1 columns")])
def test_a_table_that_does_not_fit_is_refused(tmp_path, text, words):
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(ModelError, match=words):
        read(tmp_path / "x.csv", SERIES)


@pytest.mark.parametrize("arrays, words", [
    ({"a": np.zeros((2, 6, 2)), "b": np.zeros((2, 6, 2))}, "name the one for the model's input `series`"),
    ({"y": np.zeros(2)}, "no arrays"), ({"x": np.zeros((2, 5, 2))}, "has shape 2x5x2")])
def test_an_archive_that_does_not_fit_is_refused(tmp_path, arrays, words):
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(ModelError, match=words):
        read(tmp_path / "x.npz", SERIES)


def test_a_model_with_two_inputs_has_an_array_for_each(tmp_path):
    two = SERIES, Port(Tensor("more", (1, 3), "float32"), "float32", (1, 3))
    np.savez(tmp_path / "x.npz", series=np.ones((2, 6, 2)), more=np.ones((2, 3)))
    names = "series", "more"
    data = read_data(tmp_path / "x.npz", two, names)
    assert [array.shape for array in data.items[1]()] == [(6, 2), (3,)]
    with pytest.raises(ModelError, match="give an .npz"):
        read_data(tmp_path, two, names)
    np.savez(tmp_path / "x.npz", series=np.ones((2, 6, 2)), more=np.ones((3, 3)))
    with pytest.raises(ModelError, match="2 and 3 items"):
        read_data(tmp_path / "x.npz", two, names)


# labels

def labels_of(tmp_path, text, classes=3, names=()):
    np.save(tmp_path / "b.npy", np.zeros((1, 6, 2)))
    np.save(tmp_path / "a.npy", np.zeros((1, 6, 2)))
    _, data = read(tmp_path, SERIES)
    (tmp_path / "labels.txt").write_text(text)
    return read_labels(tmp_path / "labels.txt", tmp_path, data, classes, names)


@pytest.mark.parametrize("text, names, wanted", [
    ("2\n0\n", (), [2, 0]), ("b.npy,1\na.npy,2\n", (), [2, 1]),
    ("owl\ncat\n", ("cat", "dog", "owl"), [2, 0])])
def test_labels_are_numbers_or_names(tmp_path, text, names, wanted):
    assert labels_of(tmp_path, text, names=names).tolist() == wanted


def test_names_of_all_classes_are_sorted(tmp_path):
    assert labels_of(tmp_path, "owl\ncat\n", 2).tolist() == [1, 0]
    assert labels_of(tmp_path, "owl\ncat\n", 1).tolist() == [1, 0]      # a single output says no or yes


@pytest.mark.parametrize("text, names, words", [
    ("1\n", (), "1 labels for 2 items"), ("0\n3\n", (), "a class 3, the model tells 3: 0 to 2"),
    ("0\n-1\n", (), r"2 classes \(-1, 0\), the model tells 3"),
    ("owl\ncat\n", (), r"2 classes \(cat, owl\), the model tells 3 .* with --names"),
    ("b.npy,1\nc.npy,2\n", (), "no label for `a.npy`"),
    ("cow\ncat\n", ("cat", "dog"), r"class `cow` is no label of the model \(cat, dog\): .* --names")])
def test_labels_that_do_not_match_are_refused(tmp_path, text, names, words):
    with pytest.raises(ModelError, match=words):
        labels_of(tmp_path, text, names=names)
