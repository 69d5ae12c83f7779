# SPDX-License-Identifier: MIT
"""Channels dealt anew come out of the convolution before in that order, byte for byte."""
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("onnxruntime")
from tests.onnx_builder import Builder, Scale  # noqa: E402  only where it is installed
from tests.onnx_runtime import run_here  # noqa: E402
from tests.test_onnx_ops import RNGS, scales, weights_of  # noqa: E402
from tinyml import passes  # noqa: E402
from tinyml.importers import import_model  # noqa: E402
from tinyml.ops.transpose import Transpose  # noqa: E402

FILTERS = 12


def image_of(b, rng, kinds, scale, end=None):
    """Convolutions and what treats channels alone, then pixels made of channels."""
    x = b.quantised_input((1, 3, 5, 4), Scale(0.05, 3))
    x = b.requantised(b.node("Conv", x, weights_of(b, rng, (FILTERS, 3, 1, 1), 0), b.constant(
        rng.normal(0, 1, FILTERS).astype(np.float32))), scale)
    for kind in kinds:
        if kind == "depthwise":
            w = weights_of(b, rng, (FILTERS, 1, 3, 3), 0)
            x = b.node("Conv", x, w, group=FILTERS, pads=[1] * 4)
        elif kind == "slopes":
            x = b.node("PRelu", x, b.weights(rng.integers(-99, 99, (FILTERS, 1, 1)).astype(np.int8),
                                             0.01))
        else:
            x = b.node("Tanh", x)
        x = b.requantised(x, Scale(1 / 128) if kind == "tanh" else scale)
    if end:
        b.output(b.quantised(b.node(end, x), scale), scale.dtype)
    return b.node("DepthToSpace", x, blocksize=2, mode="CRD")


def graphs(b, monkeypatch):
    """As the passes leave it without, and with this one."""
    imported = import_model(b.finish(), "m")
    with monkeypatch.context() as patch:
        patch.setattr(passes, "PASSES", [run for run in passes.PASSES
                                         if run is not passes.fold_shuffles])
        without = passes.run_passes(imported)
    return without, passes.run_passes(imported)


def turns(graph):
    return sum(isinstance(op, Transpose) for op in graph.ops)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(RNGS, scales(0.3), st.lists(st.sampled_from(["depthwise", "slopes", "tanh"]), max_size=3))
def test_bytes_are_the_same(rng, scale, kinds):
    b = Builder()
    b.output(b.quantised(image_of(b, rng, kinds, scale), Scale(1 / 128) if kinds[-1:] == ["tanh"]
                         else scale), "int8" if kinds[-1:] == ["tanh"] else scale.dtype)
    with pytest.MonkeyPatch.context() as monkeypatch:
        without, folded = graphs(b, monkeypatch)
    array = rng.integers(-128, 128, (1, 3, 5, 4)).astype(np.int8)
    assert turns(without) == turns(folded) + 1
    wanted, got = (run_here(graph, array) for graph in (without, folded))
    assert wanted.tobytes() == got.tobytes()


def test_what_somebody_else_reads_keeps_its_order(monkeypatch):
    b = Builder()
    scale = Scale(0.3)
    y = image_of(b, np.random.default_rng(1), ["tanh"], scale, "Relu")
    b.output(b.quantised(y, Scale(1 / 128)), "int8")
    without, folded = graphs(b, monkeypatch)
    assert turns(without) == turns(folded) > 0
