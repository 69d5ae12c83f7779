# SPDX-License-Identifier: MIT
"""`--shape`: sizes of inputs that an ONNX file leaves open."""
import json

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from tests.onnx_builder import Builder, Scale, ints, reals  # noqa: E402  only where it is installed
from tests.test_cli import fails, model_bytes, succeeds  # noqa: E402
from tinyml.cli.shared import shapes_of  # noqa: E402
from tinyml.errors import ModelError  # noqa: E402
from tinyml.model import Model  # noqa: E402
from tinyml.pack import pack  # noqa: E402

OPEN = ("batch", 3, "height", "width")


def open_net(b, x):
    """A convolution and a mean over images of any size."""
    x = b.requantised(b.node("Conv", b.requantised(x, Scale(0.02)), b.weights(ints(4, 3, 3, 3), 0.01)),
                      Scale(0.1))
    b.output(b.requantised(b.node("GlobalAveragePool", x), Scale(0.02)))
    return b.finish()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """net.onnx and float.onnx, whose images have any size, and items of 3 x 9 x 8."""
    at = tmp_path_factory.mktemp("shapes")
    b = Builder()
    (at / "net.onnx").write_bytes(open_net(b, b.input(OPEN, name="image")))
    b = Builder()
    x = b.node("Conv", b.input(OPEN, name="image"), b.constant(reals(4, 3, 3, 3)))
    b.output(b.node("GlobalAveragePool", x))
    (at / "float.onnx").write_bytes(b.finish())
    np.save(at / "items.npy", reals(5, 3, 9, 8))
    np.save(at / "one.npy", reals(1, 3, 9, 8))
    (at / "net.tflite").write_bytes(model_bytes())
    return at


@pytest.mark.parametrize("told", ["image=1,3,9,8", "1, 3, 9, 8"])
def test_sizes_are_told(folder, told):
    succeeds("pack", folder / "net.onnx", "--shape", told)
    with Model((folder / "net.tml").read_bytes()) as model:
        assert model.input_shape == ((1, 9, 8, 3),)
    assert json.loads(succeeds("check", folder / "net.onnx", "--shape", told, "--json"))["packs"]
    succeeds("diff", folder / "net.onnx", "--input", folder / "one.npy", "--shape", told)
    deployed = succeeds("deploy", folder / "net.onnx", "--on", "m4f", "--shape", told, "--json")
    assert json.loads(deployed)["exact"] == 2


def test_plans_pictures_and_float_models_have_the_same_sizes(folder):
    given = "--shape", "image=1,3,9,8"
    points = json.loads(succeeds("pack", folder / "net.onnx", "--frontier", "--json", *given))
    assert points and max(point["arena_bytes"] for point in points) < 2000
    succeeds("pack", folder / "net.onnx", "--plot", folder / "net.svg", *given)
    told = json.loads(succeeds("quantize", folder / "float.onnx", "--data", folder / "items.npy",
                               "--json", *given))
    assert told["calibrated"] == 5


@pytest.mark.parametrize("told, words", [
    ([], "--shape image=1,3,224,224"),
    (["picture=1,3,9,8"], "has no input `picture`: give --shape NAME=1,3,224,224 of `image`"),
    (["image=1,3,9"], "`image` is batch x 3 x height x width, --shape says 1 x 3 x 9"),
    (["image=1,4,9,8"], "only sizes that are unknown can be told"),
    (["image=1,3,0,8"], "must be whole numbers"),
    (["image"], "must be whole numbers"),
], ids=str)
def test_what_does_not_fit_is_told(folder, told, words):
    with pytest.raises(ModelError) as caught:
        pack(folder / "net.onnx", shapes=shapes_of(told))
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_of_other_files_sizes_are_fixed(folder):
    assert "is no .onnx file" in fails("pack", folder / "net.tflite", "--shape", "1,6,5,3")


def test_one_of_several_inputs_needs_its_name(tmp_path):
    b = Builder()
    x, y = (b.requantised(b.input(("batch", "length"), name=name), Scale(0.1)) for name in "ab")
    b.output(b.requantised(b.node("Add", x, y), Scale(0.1)))
    (tmp_path / "net.onnx").write_bytes(b.finish())
    wanted = "several inputs: give --shape NAME=1,3,224,224 of `a`, `b`"
    assert wanted in fails("pack", tmp_path / "net.onnx", "--shape", "1,4")
    succeeds("pack", tmp_path / "net.onnx", "--shape", "a=1,4", "--shape", "b=1,4")
