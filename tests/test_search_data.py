# SPDX-License-Identifier: MIT
"""Whatever data looks like, it becomes arrays in three parts, and none knows what is in another."""
import gzip
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tinyml.errors import ModelError
from tinyml.search.data import read_dataset
from tinyml.search.data.splits import split

RNG = np.random.default_rng(1)


def pictures(folder, per_class=20, size=(9, 7), mode="L"):
    for word in ("cat", "dog"):
        (folder / word).mkdir(parents=True)
        for i in range(per_class):
            shape = (*size, 3) if mode == "RGB" else size
            Image.fromarray(RNG.integers(0, 256, shape, np.uint8)).save(folder / word / f"{i}.png")
    return folder


def counts(data):
    return [len(part.y) for part in (data.train, data.validation, data.test)]


@pytest.mark.parametrize("mode, channels", [("L", 1), ("RGB", 3)])
def test_folders_of_pictures(tmp_path, mode, channels):
    data = read_dataset(pictures(tmp_path / "p", mode=mode), size=(8, 8))
    assert (data.kind, data.classes, data.shape) == ("images", ("cat", "dog"), (8, 8, channels))
    assert counts(data) == [28, 4, 8] and data.train.x.dtype == np.uint8
    assert sorted(np.bincount(data.test.y)) == [4, 4]


def test_the_same_seed_cuts_the_same_parts(tmp_path):
    folder = pictures(tmp_path / "p")
    one, same, other = (read_dataset(folder, seed) for seed in (3, 3, 4))
    assert np.array_equal(one.test.x, same.test.x) and not np.array_equal(one.test.x, other.test.x)


def test_folders_above_the_class_say_part_and_person(tmp_path):
    for part in ("train", "test"):
        for person in ("anna", "bob", "eve", "tom"):
            pictures(tmp_path / part / person, 6)
    data = read_dataset(tmp_path, size=(9, 7))
    assert counts(data) == [36, 12, 48]


def test_items_of_nobody_do_not_part_those_of_a_person(tmp_path):
    for person in ("anna", "bob", "eve", "tom"):
        pictures(tmp_path / person, 6)
    pictures(tmp_path, 2)
    data = read_dataset(tmp_path, size=(9, 7))
    assert sum(counts(data)) == 52 and all(len(part.y) % 12 <= 4 for part in (data.validation, data.test))


def test_a_class_that_nothing_is_learned_of_is_named(tmp_path):
    pictures(tmp_path / "train")
    (tmp_path / "train/dog").rename(tmp_path / "train/cow")
    pictures(tmp_path / "test")
    with pytest.raises(ModelError, match="no item of class `dog` is for training"):
        read_dataset(tmp_path)


def test_too_few_of_a_class_are_named(tmp_path):
    with pytest.raises(ModelError, match="class `cat` has 4 items, at least 10"):
        read_dataset(pictures(tmp_path / "p", 4))


def test_one_class_is_not_enough(tmp_path):
    pictures(tmp_path)
    for path in (tmp_path / "dog").iterdir():
        path.unlink()
    with pytest.raises(ModelError, match="at least two"):
        read_dataset(tmp_path)


def test_nothing_is_no_data(tmp_path):
    with pytest.raises(ModelError, match="a folder for each class"):
        read_dataset(tmp_path)


def write_wav(path, samples, rate=8000):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(rate)
        file.writeframes((samples * 32767).astype("<i2").tobytes())


def test_sounds_are_log_mel_energies_with_time_as_rows(tmp_path):
    time = np.arange(6000) / 8000
    for word, hertz in (("low", 300), ("high", 2000)):
        for i in range(12):
            write_wav(tmp_path / word / f"{i}.wav", 0.5 * np.sin(2 * np.pi * (hertz + i) * time))
    data = read_dataset(tmp_path)
    assert data.kind == "sound" and data.frontend.rate == 8000
    assert data.shape == (37, 1, 40) and data.classes == ("high", "low")
    loudest = data.train.x.mean((1, 2)).argmax(1)
    assert loudest[data.train.y == 0].min() > loudest[data.train.y == 1].max()


def test_recordings_are_cut_into_windows_and_stay_in_one_part(tmp_path):
    for word in ("still", "walk"):
        (tmp_path / word).mkdir()
        for i in range(8):
            rows = np.full((100, 3), i) + (word == "walk") * 10
            np.savetxt(tmp_path / word / f"{i}.csv", rows, "%g", ",", header="x,y,z", comments="")
    data = read_dataset(tmp_path, window=40)
    assert data.kind == "motion" and data.shape == (40, 1, 3)
    values = [set(part.x.ravel().tolist()) for part in (data.train, data.validation, data.test)]
    assert not values[0] & values[1] and not values[0] & values[2] and not values[1] & values[2]
    assert read_dataset(tmp_path, size=(20, 1), window=40).shape == data.shape
    prepared = data.prepare(data.train.x, data.train.x)
    assert np.allclose(prepared.mean((0, 1, 2)), 0, atol=1e-5)


def test_a_long_table_with_a_person_keeps_persons_apart(tmp_path):
    lines = ["time,x,y,person,label"]
    for person in range(6):
        for word in ("a", "b"):
            lines += [f"{t},{person},{t},p{person},{word}" for t in range(30)]
    (tmp_path / "log.csv").write_text("\n".join(lines))
    data = read_dataset(tmp_path / "log.csv", window=10)
    assert data.shape == (10, 1, 2) and data.classes == ("a", "b")
    persons = [set(part.x[:, 0, 0, 0]) for part in (data.train, data.validation, data.test)]
    assert sum(map(len, persons)) == 6


def test_a_table_without_labels_is_told_of(tmp_path):
    (tmp_path / "log.csv").write_text("x,y\n1,2\n")
    with pytest.raises(ModelError, match="no column named `label`"):
        read_dataset(tmp_path / "log.csv")


def test_archives_say_their_parts(tmp_path):
    x, y = RNG.integers(0, 256, (60, 6, 6), np.uint8), np.arange(60) % 3
    np.savez(tmp_path / "d.npz", x_train=x[:45], y_train=y[:45], x_test=x[45:], y_test=y[45:])
    data = read_dataset(tmp_path / "d.npz")
    assert data.shape == (6, 6, 1) and len(data.test.y) == 15
    assert np.array_equal(data.test.x[..., 0], x[45:])


def test_readings_in_an_archive_are_motion(tmp_path):
    np.savez(tmp_path / "d.npz", x=RNG.normal(size=(40, 25, 6)), y=np.arange(40) % 4)
    data = read_dataset(tmp_path / "d.npz")
    assert data.kind == "motion" and data.shape == (25, 1, 6) and len(data.prepare.mean) == 6


def test_an_archive_without_labels_is_told_of(tmp_path):
    np.savez(tmp_path / "d.npz", x=np.zeros((4, 2, 2)))
    with pytest.raises(ModelError, match="needs `x` and `y`"):
        read_dataset(tmp_path / "d.npz")


def test_idx_files_are_read(tmp_path):
    x, y = RNG.integers(0, 256, (40, 5, 4), np.uint8), (np.arange(40) % 2).astype(np.uint8)
    for part, which in (("train", slice(0, 30)), ("t10k", slice(30, 40))):
        for what, array in (("images-idx3", x[which]), ("labels-idx1", y[which])):
            head = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
            (tmp_path / f"{part}-{what}-ubyte.gz").write_bytes(gzip.compress(head + array.tobytes()))
    data = read_dataset(tmp_path)
    assert np.array_equal(data.test.x[..., 0], x[30:]) and counts(data) == [26, 4, 10]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), min_size=12, max_size=80),
       st.booleans(), st.integers(0, 5))
def test_parts_share_no_group_and_lose_nothing(items, grouped, seed):
    y, groups = (np.array(column) for column in zip(*items))
    parts = split(y, groups if grouped else None, (0.2, 0.2), seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(y)))
    if grouped and len(set(groups.tolist())) >= 3:
        held = [set(groups[part].tolist()) for part in parts]
        assert sum(map(len, held)) == len(set(groups.tolist()))
        assert all(held)
