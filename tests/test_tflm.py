# SPDX-License-Identifier: MIT
"""Whole models, on inputs that nobody has recorded, give the bytes of TensorFlow Lite Micro."""
from pathlib import Path

import numpy as np
import pytest

from tests.shared import SHARED, model_file
from tests.test_golden import MODELS, STREAMS
from tinyml.inputs import items_of, read_item, to_reals
from tinyml.model import Model
from tinyml.pack import pack
from tinyml.remote import Remote

pytest.importorskip("tflite_micro")
from tests import tflm  # noqa: E402  only where the other implementation is installed

LARGER = Path(__file__).resolve().parents[1] / "examples/fashion/larger.tflite"
RUNS = 3


def path_of(name):
    return LARGER if name == "larger" else model_file(name)


def random_inputs(model, count=RUNS):
    """Arrays in the shape and type that the model's own file asks for."""
    port, rng = model.ports(0)[0], np.random.default_rng(1)
    shape = port.shape
    if port.channels_first:
        shape = (shape[0], shape[-1], *shape[1:-1])
    for _ in range(count):
        if port.dtype == "float32":
            yield (rng.standard_normal(shape) * port.scale * 60).astype(np.float32)
        else:
            yield rng.integers(0, 256, shape, np.uint8).view(port.dtype)


@pytest.mark.parametrize("name", ["larger", *(name for name in MODELS if name not in STREAMS)])
def test_random_inputs_give_the_bytes_of_tflm(name):
    path = path_of(name)
    if not path.exists():
        pytest.skip(f"no {SHARED.name} beside the repository")
    with Model(pack(path).file) as model:
        ins, outs = model.ports(0)[0], model.ports(1)[0]
        for array in random_inputs(model):
            (wanted,) = tflm.run(path.read_bytes(), [array])
            raw = model.run(read_item(items_of(array, ins)[0], ins))
            np.testing.assert_array_equal(to_reals(outs, bytes(raw)), wanted, strict=True)


def test_a_board_gives_the_bytes_of_tflm():
    file = pack(LARGER).file
    with Model(file) as model, Remote("m4f", file) as board:
        arrays = list(random_inputs(model))
        for array, ran in zip(arrays, board.run([array.tobytes() for array in arrays])):
            (wanted,) = tflm.run(LARGER.read_bytes(), [array])
            assert ran.outputs[0] == wanted.tobytes()
