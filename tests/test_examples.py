# SPDX-License-Identifier: MIT
"""examples/*/main.py print what is in expected.txt, on emulated boards."""
import numpy as np
import pytest

from examples.run import EXAMPLES, NAMES, find_model, run_example
from tests.shared import SHARED
from tests.test_device import open_or_skip
from tinyml.remote import BUILT

BESIDE = {"person_detection": SHARED / "models/tflm/person_detect.tflite"}
HEAR = """\
import sys
sys.path.insert(0, "/rom")
import binascii, hearing
for name in {names}:
    heard = hearing.Hearing()
    row = bytearray(hearing.BANDS)
    with open("/rom/" + name, "rb") as file:
        sound = file.read(2 * hearing.HOP)
        while len(sound) == 2 * hearing.HOP:
            heard.hear(sound, row)
            print(binascii.hexlify(row).decode())
            sound = file.read(2 * hearing.HOP)
"""
MOST = {30: 1, 1000: 1.5, 10000: 6}     # that a number may be off in the mean, by loudness


def model_of(name):
    """What the example takes, where it is there."""
    model = find_model(name) or BESIDE.get(name)
    if model is None or not model.exists():
        pytest.skip(f"the model of examples/{name} is not in the repository and not on this machine")
    return model


@pytest.mark.parametrize("name", NAMES)
def test_an_example_prints_what_is_expected(name, board):
    model = model_of(name)
    open_or_skip(board).close()
    if not BUILT.exists():
        pytest.skip("python3 tasks.py build mpy")
    expected = (EXAMPLES / name / "expected.txt").read_text()
    assert run_example(name, model, board) == expected


def chirps(amplitude):
    """Tones that rise, louder and softer, and noise: three quarters of a second."""
    at = np.arange(12000) / 16000
    rising = sum(np.sin(2 * np.pi * (first * at + 900 * at ** 2)) for first in (150, 700, 2500))
    loud = amplitude * np.maximum(0, np.sin(2 * np.pi * 3 * at))
    noise = np.random.default_rng(3).normal(0, 30, at.size)
    sound = np.int16(np.clip(loud * rising + noise, -32768, 32767))
    return np.concatenate([np.zeros(480, np.int16), sound]).tobytes()


def test_hearing_is_nearly_the_front_end_of_the_models(board):
    """Where pure tones are far above noise, both show what their Fourier transforms round away."""
    features = pytest.importorskip("pymicro_features")
    sounds = {f"{amplitude}.raw": chirps(amplitude) for amplitude in MOST}
    ear = (EXAMPLES / "sound/hearing.py").read_bytes()
    with open_or_skip(board, rom={"hearing.py": ear, **sounds}) as place:
        lines = place.run(HEAR.format(names=list(sounds))).split()
    heard = np.array([np.frombuffer(bytes.fromhex(line), np.int8) for line in lines])
    for sound, found, most in zip(sounds.values(), np.split(heard, len(MOST)), MOST.values()):
        front_end = features.MicroFrontend()
        pieces = (front_end.process_samples(sound[i:i + 320]) for i in range(0, len(sound), 320))
        wanted = np.array([piece.features for piece in pieces if piece.features])
        wanted = np.clip(np.rint(wanted * 25.6 * 256 / 666) - 128, -128, 127)
        assert found[2:].shape == wanted.shape and wanted.std() > 20
        assert np.abs(found[2:] - wanted).mean() < most
