# SPDX-License-Identifier: MIT
"""From folders of recordings to what a board is given: the studies `motion` and `words`."""
import random
import re
import shutil
import sys
import wave

import numpy as np
import pytest

from tinyml.search.data import read_dataset
from tinyml.search.net import Conv, Net
from tinyml.search.output import input_of
from tools import search_study, words_folder
from tools.motion_folder import write_recordings
from tools.search_folders import numbers_of
from tools.steps import ROOT, StepFailed
from tools.words_folder import RATE, at_rate, in_a_room, read_wav, write_wav, write_words

MANUAL = (ROOT / "docs/SEARCH.md").read_text()
TS = "# Of a watch\n@problemName Motions\n@data\n"


def recordings(words, rows, seed=1):
    """A .ts file: channels count up from 100 times the number of the recording."""
    lines = []
    for number, word in enumerate(words):
        channels = [[100 * number + 10 * channel + row for row in range(rows)] for channel in range(2)]
        lines.append(":".join([*(",".join(map(str, channel)) for channel in channels), word]))
    return TS + "\n".join(lines) + "\n"


@pytest.fixture
def motion(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.motion_folder.HEADER", "ax,ay")
    for part in ("train", "test"):
        write_recordings(tmp_path / part, recordings(["Walking", "Running"] * 8, 20))
    return tmp_path


def tone(hertz, rate, seconds=0.5):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)


@pytest.fixture
def few(monkeypatch):
    """Two voices to train on, one for the test; each word is a tone."""
    monkeypatch.setattr(words_folder, "ACCENTS", ("en-us",))
    monkeypatch.setattr(words_folder, "SPEAKERS", ("m1", "f1", "f2"))
    monkeypatch.setattr(words_folder, "TEST_SPEAKERS", ("m7",))
    monkeypatch.setattr(words_folder, "TAKES", 3)
    monkeypatch.setattr(words_folder, "spoken", lambda word, voice, chance: (tone(300 * len(word), 22050), 22050))
    monkeypatch.setattr(shutil, "which", lambda name: name)


def test_recordings_are_written_as_a_search_reads_them(motion):
    data = read_dataset(motion)
    assert (data.kind, data.classes, data.shape) == ("motion", ("running", "walking"), (20, 1, 2))
    assert len(data.test.y) == 16 and len(data.train.y) + len(data.validation.y) == 16
    assert data.test.x[np.argsort(data.test.x[:, 0, 0, 0])][3, :, 0, 1].tolist() == list(range(310, 330))


def test_words_have_a_folder_for_each_voice_and_take(tmp_path, few):
    own = tmp_path / "own/anna/yes"
    own.mkdir(parents=True)
    write_wav(own / "mine.wav", tone(700, RATE))
    write_words(tmp_path / "data", tmp_path / "own")
    write_words(tmp_path / "again")
    written = sorted(str(path.relative_to(tmp_path / "data")) for path in (tmp_path / "data").rglob("*.wav"))
    assert len(written) == 4 * 6 * 3 + 1 and "anna/yes/mine.wav" in written
    assert {"test/en-us+m7/stop/2.wav", "train/en-us+f1/go/0.wav"} < set(written)
    first = "train/en-us+m1/left/1.wav"
    assert (tmp_path / "data" / first).read_bytes() == (tmp_path / "again" / first).read_bytes()
    data = read_dataset(tmp_path / "data")
    assert data.kind == "sound" and len(data.test.y) == 18 and len(data.validation.y) in (1, 18)


def test_without_espeak_the_way_to_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(StepFailed, match="apt-get install espeak-ng"):
        write_words(tmp_path)


def test_without_fashion_mnist_the_way_to_it_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(search_study, "FOLDER", tmp_path / "nothing")
    monkeypatch.setattr(sys, "argv", ["search_study", "small"])
    with pytest.raises(SystemExit) as ended:
        search_study.main()
    assert ended.value.code == 1 and "apt-get install dataset-fashion-mnist" in capsys.readouterr().err


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="espeak-ng is not installed")
def test_voices_speak():
    sound, rate = words_folder.spoken("yes", "en-us+f1", random.Random(1))
    assert rate == 22050 and 0.3 < len(sound) / rate < 2 and np.abs(sound).max() > 0.1


@pytest.mark.parametrize("rate", [8000, 22050, 44100])
def test_another_rate_is_the_same_sound(rate):
    inside = slice(RATE // 10, -RATE // 10)
    assert np.abs(at_rate(tone(440, rate), rate)[inside] - tone(440, RATE)[inside]).max() < 0.01


def test_a_room_is_a_second_with_the_word_in_it():
    padded = np.pad(tone(440, RATE, 0.3), 4000)
    heard = in_a_room(padded, random.Random(3))
    again = in_a_room(padded, random.Random(3))
    assert len(heard) == RATE and np.array_equal(heard, again)
    loud = np.flatnonzero(np.abs(heard) > 0.3) / RATE
    assert loud[0] < 0.21 and 0.28 < loud[-1] - loud[0] < 0.31


def test_sounds_of_two_channels_become_one_and_of_8_bits_are_refused(tmp_path):
    for width, name in (2, "stereo"), (1, "old"):
        with wave.open(str(tmp_path / name), "wb") as file:
            file.setnchannels(2), file.setsampwidth(width), file.setframerate(8000)
            file.writeframes(np.array([[0, 16384]] * 9, "<i2").tobytes())
    sound, rate = read_wav((tmp_path / "stereo").read_bytes())
    assert rate == 8000 and sound.tolist() == [0.25] * 9
    with pytest.raises(StepFailed, match="8 bits"):
        read_wav((tmp_path / "old").read_bytes())


def given_and_told(data, rows, paths):
    """(numbers that a model is given by the search, the same by its input.json) for the test's items."""
    net = Net((rows, 1, data.shape[2]), (Conv("stem", (3, 1), (2, 1), 4),), len(data.classes))
    given = data.prepare(data.at(net.input[:2]).test.x, data.test.x)[:, :, 0]
    return given, np.stack([numbers_of(path, input_of(data, net)) for path in paths])


@pytest.mark.parametrize("rows, resampled", [(20, None), (15, [15, 1]), (10, [10, 1])])
def test_input_json_says_all_that_is_done_to_motion(motion, rows, resampled):
    data = read_dataset(motion)
    given, told = given_and_told(data, rows, sorted((motion / "test").rglob("*.csv")))
    assert np.abs(given - told).max() < 1e-5 and given.std() > 0.5
    net = Net((rows, 1, 2), (), 2)
    assert input_of(data, net)["sides"] == [20, 1] and input_of(data, net)["resampled_to"] == resampled


@pytest.mark.parametrize("rows", [20, 13])
def test_the_lines_for_a_board_make_the_same_numbers(motion, rows):
    told = input_of(read_dataset(motion), Net((rows, 1, 2), (), 2))
    program = re.search(r"```python\n.*?(def numbers.*?)^model.run", MANUAL, re.DOTALL | re.MULTILINE)[1]
    names = {"told": told}
    exec(program, names)
    path = motion / "test/running/03.csv"
    readings = np.loadtxt(path, delimiter=",", skiprows=1).tolist()
    made = np.reshape(names["numbers"](readings), (rows, 2))
    assert np.allclose(made, numbers_of(path, told), atol=1e-5)


@pytest.mark.parametrize("rows", [49, 37])
def test_input_json_says_all_that_is_done_to_sound(tmp_path, few, rows):
    write_words(tmp_path)
    given, told = given_and_told(read_dataset(tmp_path), rows, sorted((tmp_path / "test").rglob("*.wav")))
    assert given.shape[1:] == (rows, 40) and np.abs(given - told).max() < 1e-4
