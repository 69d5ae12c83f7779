# SPDX-License-Identifier: MIT
"""`tinyml quantize --frontend`: sounds as log-mel energies or MFCC, by their definition."""
import json
import math
import wave
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from tests.onnx_nets import Net  # noqa: E402  only where it is installed
from tests.test_cli import fails, succeeds  # noqa: E402
from tinyml.errors import ModelError  # noqa: E402
from tinyml.ir import Port, Tensor  # noqa: E402
from tinyml.quantize.wav import Frontend, read_frontend  # noqa: E402

RATE, WINDOWS, BANDS = 8000, 12, 10
FRONTEND = Frontend(RATE, 200, 100, BANDS, 100, 3600)
LINES = "rate = 8000\nwindow = 200\nhop = 100\nbands = 10\nlow = 100\nhigh = 3600\n"


def tone(hertz, samples=WINDOWS * 100 + 100, level=0.5):
    return level * np.sin(2 * np.pi * hertz * np.arange(samples) / RATE)


def write(path, sound, rate=RATE, channels=1, width=2):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(np.rint(32767 * sound).astype("<i2").tobytes())


@pytest.mark.parametrize("band", range(BANDS))
def test_a_tone_is_loudest_in_its_band(band):
    top = 1127 * math.log1p(3600 / 700) - 1127 * math.log1p(100 / 700)
    peak = 1127 * math.log1p(100 / 700) + top * (band + 1) / (BANDS + 1)
    found = FRONTEND.of(tone(700 * math.expm1(peak / 1127)))
    assert (found.argmax(axis=1) == band).all() and found.shape == (WINDOWS, BANDS)


def by_definition(sound, front):
    """Window by window and number by number."""
    def mel(hertz):
        return 1127 * math.log(1 + hertz / 700)
    size, rows = 256, []
    for start in range(0, len(sound) - front.window + 1, front.hop):
        part = [sound[start + i] * (0.5 - 0.5 * math.cos(2 * math.pi * i / front.window))
                for i in range(front.window)]
        energies = []
        for k in range(size // 2 + 1):
            turned = [complex(math.cos(a), -math.sin(a)) * x for i, x in enumerate(part)
                      for a in [2 * math.pi * k * i / size]]
            energies.append(abs(sum(turned)) ** front.power)
        step = (mel(front.high) - mel(front.low)) / (front.bands + 1)
        logs = []
        for band in range(front.bands):
            peak = mel(front.low) + (band + 1) * step
            logs.append(math.log(front.log_offset + sum(
                max(0, 1 - abs(mel(k * front.rate / size) - peak) / step) * energy
                for k, energy in enumerate(energies) if k)))
        if front.cepstra:               # type 2, with the scale of HTK
            logs = [math.sqrt(2 / front.bands) * sum(
                x * math.cos(math.pi * c * (i + 0.5) / front.bands) for i, x in enumerate(logs))
                for c in range(front.cepstra)]
        rows.append(logs)
    return rows


@pytest.mark.parametrize("front", [
    FRONTEND, Frontend(RATE, 200, 130, 7, 0, 4000, 1e-3, 2.0), Frontend(
        RATE, 256, 200, 12, 50, 3000, cepstra=5)], ids=["log-mel", "energies", "MFCC"])
def test_features_are_those_of_the_definition(front):
    sound = tone(500, 700) + np.random.default_rng(1).normal(0, 0.1, 700)
    np.testing.assert_allclose(front.of(sound), by_definition(sound, front), rtol=1e-4, atol=1e-4)


def port(*shape):
    return Port(Tensor("sound", (1, *shape), "float32"), "float32", (1, *shape))


def test_sounds_are_cut_off_or_silent_behind(tmp_path):
    sound = tone(900, 3000)
    for name, length in (("long", 3000), ("right", 1300), ("short", 400)):
        write(tmp_path / f"{name}.wav", sound[:length])
    long, right, short = (FRONTEND(tmp_path / f"{name}.wav", port(WINDOWS, BANDS, 1))
                          for name in ("long", "right", "short"))
    assert long.shape == (WINDOWS, BANDS, 1) and np.array_equal(long, right)
    held = np.rint(32767 * sound[:1300]) / 32768
    np.testing.assert_allclose(right[..., 0], FRONTEND.of(held), atol=1e-3)
    assert np.array_equal(short[:3], right[:3])
    np.testing.assert_allclose(short[4:], math.log(1e-6), atol=1e-5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """net.onnx and front.toml, and sounds of two classes."""
    at, net = tmp_path_factory.mktemp("sounds"), Net(3)
    x = net.node("Relu", net.conv(net.input((1, 1, WINDOWS, BANDS)), 1, 4, 3))
    (at / "net.onnx").write_bytes(net.classified(x, 4, 2))
    (at / "front.toml").write_text(LINES)
    for name, hertz in (("low", 300), ("high", 2500)):
        (at / "sounds" / name).mkdir(parents=True)
        for number in range(4):
            write(at / "sounds" / name / f"{number}.wav", tone(hertz * (1 + number / 10)))
    return at


def test_a_folder_of_sounds_is_data(folder):
    told = json.loads(succeeds(
        "quantize", folder / "net.onnx", "--data", folder / "sounds", "--frontend",
        folder / "front.toml", "--json"))
    assert told["calibrated"] == 8 and told["accuracy"]["items"] == 8
    assert told["input_range"][0] >= math.log(1e-6) - 1e-3 and told["output_db"] > 25


def test_without_a_front_end_sounds_mean_nothing(folder):
    assert "--frontend" in fails("quantize", folder / "net.onnx", "--data", folder / "sounds")


def test_the_front_end_of_the_manual_is_one(tmp_path):
    manual = (Path(__file__).parents[1] / "docs/QUANTIZE.md").read_text()
    (tmp_path / "front.toml").write_text(manual.split("```toml\n")[1].split("```")[0])
    front = read_frontend(tmp_path / "front.toml")
    assert (front.fft, front.features, front.rate) == (512, 10, 16000)


@pytest.mark.parametrize("text, words", [
    ("rate = ", "no front end"), (LINES + "mels = 4", "`mels`|'mels'"), ("rate = 8000", "missing"),
    (LINES.replace("200", "20.5"), "`window` is 20.5, not int"),
    (LINES.replace("3600", "5000"), "high <= rate / 2"), (LINES + "cepstra = 11", "cepstra <= bands")])
def test_a_front_end_that_makes_no_sense_is_refused(tmp_path, text, words):
    (tmp_path / "front.toml").write_text(text)
    with pytest.raises(ModelError, match=words) as caught:
        read_frontend(tmp_path / "front.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("more, words", [
    ({"rate": 16000}, "16000 Hz, 1 channels, 16 bits: convert it to 8000 Hz"),
    ({"channels": 2}, "2 channels"), (None, "not a readable .wav")])
def test_sounds_that_do_not_fit_are_refused(tmp_path, more, words):
    if more is None:
        (tmp_path / "x.wav").write_bytes(b"RIFF")
    else:
        write(tmp_path / "x.wav", tone(300), **more)
    with pytest.raises(ModelError, match=words):
        FRONTEND(tmp_path / "x.wav", port(WINDOWS, BANDS))


def test_an_input_of_broken_windows_is_refused(tmp_path):
    write(tmp_path / "x.wav", tone(300))
    with pytest.raises(ModelError, match="no whole number of windows of 10"):
        FRONTEND(tmp_path / "x.wav", port(WINDOWS, BANDS + 1))
