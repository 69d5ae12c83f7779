# SPDX-License-Identifier: MIT
"""Real float models keep their accuracy on real data, on items that ranges were not found on."""
import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from tests.shared import SHARED, needs_shared  # noqa: E402  only where it is installed
from tinyml.importers import import_model  # noqa: E402
from tinyml.quantize.files import quantise_file  # noqa: E402
from tinyml.quantize.source import Preparation, Source  # noqa: E402
from tools.datasets import kws01, magic_wand, vww01  # noqa: E402

pytestmark = needs_shared


def words():
    """As the real numbers that the bytes of MLPerf's model stand for."""
    model = import_model((SHARED / "models/mlperf_tiny/kws_ref_model.tflite").read_bytes(), "m")
    quant, (items, labels) = model.inputs[0].tensor.quant, kws01()
    return quant.scale * (items.astype(np.float32) - quant.zero_point), labels


def photos():
    items, labels = vww01()
    return items.astype(np.float32) + 128, labels


@pytest.mark.parametrize("data, name, prepare, count, floats, points", [
    (words, "alibaba/model_kws", Preparation(), 100, 91.1, 1.0),
    (photos, "alibaba/model_vww", Preparation(1 / 255), 100, 80.7, 1.5),
    (magic_wand, "magic_wand/model", Preparation(
        mean=(-4,) * 3 + (-2000,) * 3, std=(8,) * 3 + (4000,) * 3), 50, 90.7, 1.5),
], ids=["kws01", "vww01", "magic_wand"])
def test_accuracy_is_kept(data, name, prepare, count, floats, points, tmp_path):
    items, labels = data()
    np.savez(tmp_path / "data.npz", x=items, y=labels)
    source = Source(tmp_path / "data.npz", calibrate=count, prepare=prepare)
    found = quantise_file(SHARED / f"models/{name}.onnx", source).accuracy
    assert found.unseen and found.items == len(labels) - count
    assert round(found.floats, 1) == floats
    assert found.floats - found.bytes <= points
