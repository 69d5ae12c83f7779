# SPDX-License-Identifier: MIT
"""Labelled data through `Model.run` on this machine: the accuracy that others have measured."""
from io import BytesIO
from zipfile import ZipFile

import numpy as np
from PIL import Image

from tests.shared import SHARED, model_file, needs_shared
from tinyml.model import Model
from tinyml.pack import pack

pytestmark = needs_shared


def accuracy(name, items, labels) -> float:
    """Percent of items whose highest output is the label."""
    with Model(pack(model_file(name)).file) as model:
        answers = [np.frombuffer(model.run(np.ascontiguousarray(item)), np.int8).argmax()
                   for item in items]
    return 100 * np.mean(np.array(answers) == labels)


def vww01():
    """1000 photos, RGB, and whether a person is in each. The JPEGs hold their channels as BGR."""
    rows = [line.split(",") for line in
            (SHARED / "data/vww01/y_labels.csv").read_text().split()]
    with ZipFile(SHARED / "data/vww01/vww01_1000_96x96_BGR_jpeg.zip") as photos:
        pixels = [np.asarray(Image.open(BytesIO(photos.read(name.replace(".bin", ".jpg")))))
                  for name, _, _ in rows]
    return np.stack(pixels)[..., ::-1], np.array([int(label) for _, _, label in rows])


def test_kws01_is_90_1_percent():
    data = np.load(SHARED / "data/kws01/kws01_1000_mfcc_int8.npz")
    assert round(accuracy("mlperf_tiny/kws_ref_model", data["x"], data["y"]), 1) == 90.1


def test_cifar10_is_88_2_percent():
    data = np.load(SHARED / "data/cifar10/cifar10_mlperf_calib500.npz")
    pixels = (data["x"].astype(np.int16) - 128).astype(np.int8)
    name = "mlperf_tiny/pretrainedResnet_quant"
    assert round(accuracy(name, pixels, data["y"]), 1) == 88.2


def test_vww01_is_85_3_percent():
    pixels, labels = vww01()
    items = (pixels.astype(np.int16) - 128).astype(np.int8)
    assert round(accuracy("mlperf_tiny/vww_96_int8", items, labels), 1) == 85.3
