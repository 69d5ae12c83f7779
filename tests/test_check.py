# SPDX-License-Identifier: MIT
"""`tinyml check`: everything at once, each with a way out; the status says whether it packs."""
import json

import numpy as np
import pytest

from tests.onnx_nets import NETS
from tests.shared import model_file, needs_shared
from tests.test_cli import fails, model_bytes, succeeds, tinyml
from tinyml.check import check_file
from tools.tflite_builder import ModelBuilder

SHAPE = (1, 6, 6, 4)


def weights(b, *shape, **more):
    return b.constant(np.random.default_rng(1).integers(-9, 9, shape).astype(np.int8), **more)


def checked(folder, content, name="m.tflite"):
    (folder / name).write_bytes(content)
    found = check_file(folder / name)
    assert found.packs == ("error" not in {finding.severity for finding in found.findings})
    assert all(finding.found and finding.way_out for finding in found.findings)
    return found


def only(found, severity):
    """The one finding of that severity."""
    (finding,) = [finding for finding in found.findings if finding.severity == severity]
    return finding


def test_a_model_that_packs_is_status_0_and_says_so(tmp_path):
    (tmp_path / "m.tflite").write_bytes(model_bytes())
    told = json.loads(succeeds("check", tmp_path / "m.tflite", "--json"))
    assert told == {"model": "m", "packs": True, "findings": []}
    assert succeeds("check", tmp_path / "m.tflite") == "m packs.\n"


def test_all_errors_come_at_once_and_are_status_1(tmp_path):
    b = ModelBuilder()
    x = b.op("SIN", [b.input((1, 4), 0.1)], (1, 4), (0.1, 0), name="a")
    fc = b.fully_connected(x, weights(b, 4, 4, scales=0.1, zero_points=[3]), out=(0.1, 0), name="b")
    (tmp_path / "m.tflite").write_bytes(b.finish([b.op("COS", [fc], (1, 4), (0.1, 0), name="c")]))
    ran = tinyml("check", tmp_path / "m.tflite", "--json")
    assert ran.returncode == 1 and ran.stderr == ""
    found = json.loads(ran.stdout)["findings"]
    assert [(one["severity"], one["op"], one["name"]) for one in found] == [
        ("error", "SIN", "a"), ("error", "fully_connected", "b"), ("error", "COS", "c")]
    assert "zero point 3" in found[1]["found"] and "per channel" in found[1]["way_out"]
    ran = tinyml("check", tmp_path / "m.tflite")
    assert ran.returncode == 1 and "m does not pack." in ran.stdout


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path):
    (tmp_path / "m.tflite").write_bytes(model_bytes()[:99])
    assert "damaged" in fails("check", tmp_path / "m.tflite")


def test_a_float_model_is_one_error_and_what_it_holds_beside(tmp_path):
    found = checked(tmp_path, NETS["flattened"], "m.onnx")
    finding = only(found, "error")
    assert "computes in float32" in finding.found and "tinyml quantize" in finding.way_out


def test_hybrid_models_are_told(tmp_path):
    b = ModelBuilder()
    x = b.input((1, 4), dtype="float32")
    y = b.op("FULLY_CONNECTED", [x, weights(b, 3, 4, scales=0.1)], (1, 3), None,
             ("FullyConnectedOptions", {}), dtype="float32")
    finding = only(checked(tmp_path, b.finish([y])), "error")
    assert "weights are int8, activations float32" in finding.found


def test_a_float_island_is_one_error(tmp_path):
    b = ModelBuilder()
    x = b.dequantize(b.relu(b.input((1, 4), 0.1), out=(0.1, 0)))
    for kind in ("SIN", "COS"):
        x = b.op(kind, [x], (1, 4), dtype="float32", name=kind.lower())
    x = b.quantize(x, out=(0.1, 0))
    found = checked(tmp_path, b.finish([b.relu(x, out=(0.1, 0))]))
    errors = [finding for finding in found.findings if finding.severity == "error"]
    assert "inside an int8 model" in errors[0].found and "SIN, COS" in errors[0].found
    assert [error.op for error in errors[1:]] == ["SIN", "COS"]


def test_int16_activations_are_one_error(tmp_path):
    b = ModelBuilder()
    x = b.op("RELU", [b.input((1, 4), 0.1, dtype="int16")], (1, 4), (0.1, 0), dtype="int16")
    x = b.op("RELU", [x], (1, 4), (0.1, 0), dtype="int16")
    finding = only(checked(tmp_path, b.finish([x])), "error")
    assert "int16 in 2 ops" in finding.found and "16x8" in finding.way_out


@pytest.mark.parametrize("scales", [0.01, [0.01] * 4], ids=["one scale", "scales"])
def test_depthwise_weights_with_one_scale_are_a_warning(tmp_path, scales):
    b = ModelBuilder()
    w = weights(b, 1, 3, 3, 4, scales=scales, axis=3)
    found = checked(tmp_path, b.finish([b.depthwise_conv2d(b.input(SHAPE, 0.1), w, out=(0.1, 0))]))
    assert [finding.op for finding in found.findings] == ["depthwise_conv2d"] * (scales == 0.01)


def test_a_softmax_inside_is_a_warning(tmp_path):
    b = ModelBuilder()
    y = b.softmax(b.input((1, 4), 0.1))
    inside = b.finish([b.fully_connected(y, weights(b, 3, 4, scales=0.1), out=(0.1, 0))])
    assert only(checked(tmp_path, inside), "warning").op == "softmax"
    b = ModelBuilder()
    last = b.finish([b.dequantize(b.softmax(b.input((1, 4), 0.1)))])
    assert checked(tmp_path, last).findings == ()


def test_large_tensors_are_a_warning(tmp_path):
    b = ModelBuilder()
    x = b.max_pool(b.input((1, 300, 300, 4), 0.1), kernel=(2, 2), stride=(1, 1))
    found = only(checked(tmp_path, b.finish([b.mean(x, (1, 2), out=(0.1, 0))])), "warning")
    assert f"{299 * 299 * 4} bytes" in found.found


def test_weights_that_are_mostly_zero_are_a_warning(tmp_path):
    b = ModelBuilder()
    sparse = np.zeros((4, 3, 3, 4), np.int8)
    sparse[range(4), 1, 1, range(4)] = 50
    made = b.conv2d(b.input(SHAPE, 0.1), b.constant(sparse, [0.01] * 4), out=(0.1, 0))
    assert "97 % of its weights are 0" in only(checked(tmp_path, b.finish([made])), "warning").found


def test_channels_that_go_and_channels_that_move_are_notes(tmp_path):
    b = ModelBuilder()
    x = b.transpose(b.input((1, 4, 6, 6), 0.1), (0, 2, 3, 1))
    dead = np.random.default_rng(2).integers(1, 9, (8, 1, 1, 4)).astype(np.int8)
    dead[:4] = 0
    x = b.conv2d(x, b.constant(dead, [0.01] * 8), out=(0.1, 0))
    found = checked(tmp_path, b.finish([b.conv2d(x, weights(b, 3, 1, 1, 8, scales=[0.01] * 3),
                                                 out=(0.1, 0))]))
    notes = [finding.found for finding in found.findings if finding.severity == "note"]
    assert found.packs and "channels come first" in notes[0]
    assert "4 of 8 channels" in notes[1]


def test_shapes_that_are_not_fixed_are_a_warning(tmp_path, monkeypatch):
    import tflite
    monkeypatch.setattr(tflite.Tensor, "ShapeSignatureAsNumpy", lambda self: np.array([-1, 6, -1, 3]))
    warning = only(checked(tmp_path, model_bytes()), "warning")
    assert warning.found == "of size ?x6x?x3, taken as 1x6x5x3"
    monkeypatch.setattr(tflite.Tensor, "ShapeSignatureAsNumpy", lambda self: np.array([-1, 6, 5, 3]))
    assert checked(tmp_path, model_bytes()).findings == ()


@needs_shared
@pytest.mark.parametrize("name", ["mlperf_tiny/kws_ref_model", "microwakeword/okay_nabu",
                                  "tflm/person_detect"])
def test_real_models_pack(name):
    assert check_file(model_file(name)).packs
