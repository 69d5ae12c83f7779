# SPDX-License-Identifier: MIT
"""The report names the op that loses precision, why, and a way out that helps."""
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from tests.onnx_nets import Net  # noqa: E402  only where it is installed
from tests.test_quantize import inputs, uneven_net  # noqa: E402
from tinyml.quantize.choose import Ways  # noqa: E402
from tinyml.quantize.files import Accuracy, quantise_file  # noqa: E402
from tinyml.quantize.report import verdict  # noqa: E402
from tinyml.quantize.source import Source  # noqa: E402

PLAIN, SHAPE = Ways("minmax", False, False), (1, 3, 12, 12)


def quantised(folder, model, data, ways):
    (folder / "net.onnx").write_bytes(model)
    np.save(folder / "x.npy", data)
    return quantise_file(folder / "net.onnx", Source(folder / "x.npy"), ways)


def first(result):
    layer, why = result.worst[0]
    return layer.op.name, why.what, why.way


def plain_net():
    net = Net(6)
    x = net.node("Relu", net.conv(net.input(SHAPE), 3, 8, 3))
    return net.classified(net.node("Relu", net.conv(x, 8, 6, 3)), 6)


def test_uneven_channels_are_named_and_their_way_out_helps(tmp_path):
    model, data = uneven_net(2000, False), np.concatenate(inputs(SHAPE))
    result = quantised(tmp_path, model, data, PLAIN)
    name, what, way = first(result)
    assert name == "Conv_2" and "one range for all channels" in what and "--equalise" in way
    assert verdict(result).startswith("the output has") and "`Conv_2`" in verdict(result)
    better = quantised(tmp_path, model, data, Ways("minmax", True, False))
    assert better.chosen.decibels > result.chosen.decibels + 6
    assert verdict(better) == "nothing is lost that 8 bits can keep"


def test_outliers_are_named(tmp_path):
    data = np.concatenate(inputs(SHAPE))
    data[0, 0, 3, 3] = 300
    _, what, way = first(quantised(tmp_path, plain_net(), data, PLAIN))
    assert what.startswith("outliers") and "--ranges mse" in way


def test_values_that_are_cut_off_are_named(tmp_path):
    data = np.concatenate(inputs(SHAPE, count=100))
    data[0] *= 100
    _, what, way = first(quantised(tmp_path, plain_net(), data, Ways("percentile", False, False)))
    assert "cut off" in what and "--ranges minmax" in way


def test_a_drop_of_accuracy_is_explained(tmp_path):
    result = quantised(tmp_path, uneven_net(2000, False), np.concatenate(inputs(SHAPE)), PLAIN)
    dropped, kept = (replace(result, accuracy=Accuracy(90.0, now, 100, True, 5)) for now in (80.5, 89.5))
    assert verdict(dropped).startswith("accuracy drops by 9.5 points:\n`Conv_2`: one range")
    assert verdict(kept) == "nothing is lost that 8 bits can keep"
