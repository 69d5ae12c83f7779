# SPDX-License-Identifier: MIT
"""examples/*/main.py print what is in expected.txt, on emulated boards."""
import pytest

from examples.run import EXAMPLES, NAMES, find_model, run_example
from tests.shared import SHARED
from tinyml.emulator import FIRMWARE
from tinyml.remote import BUILT

BESIDE = {"person_detection": SHARED / "models/tflm/person_detect.tflite"}


def model_of(name):
    """What the example takes, where it is there."""
    model = find_model(name) or BESIDE[name]
    if not model.exists():
        pytest.skip(f"examples/{name} takes a model that is not in the repository: no `{model.name}`")
    return model


@pytest.mark.parametrize("name", NAMES)
def test_an_example_prints_what_is_expected(name, board):
    if not (FIRMWARE / f"{board}.elf").exists() or not BUILT.exists():
        pytest.skip(f"python3 tasks.py build {board} mpy")
    expected = (EXAMPLES / name / "expected.txt").read_text()
    assert run_example(name, model_of(name), board) == expected
