# SPDX-License-Identifier: MIT
"""Real models give the bytes that TensorFlow Lite Micro gave, everywhere."""
from functools import cache

import numpy as np
import pytest

from tests.shared import golden, model_file, needs_shared
from tinyml.inputs import items_of, read_item, to_reals
from tinyml.model import Model
from tinyml.pack import pack
from tinyml.remote import Remote

MODELS = (
    "tflm/hello_world_int8", "tflm/micro_speech_quantized", "tflm/person_detect",
    "mlperf_tiny/kws_ref_model", "mlperf_tiny/vww_96_int8", "mlperf_tiny/pretrainedResnet_quant",
    "mlperf_tiny/ad01_int8", "mlonmcu/micro_kws_m_quantized", "magic_wand/quantized_model",
    "mcunet/mcunet-320kb-1mb_imagenet", "mcunet/tinyengine_vww",
    "wake_vision/wv_quality_mobilenetv2", "tflm/mobilenet_v2_quantized_1x3x224x224",
)
PRODUCTS = 10_000_000           # run on a board in one test: some seconds of emulation
M0_ARENA = 190_000              # no Cortex-M0 has more RAM; larger models run on the others

pytestmark = needs_shared


@cache
def packed(name):
    return pack(model_file(name))


def vectors(name, file):
    """The bytes of each input, and the output wanted."""
    with Model(file) as model:
        port, out = model.ports(0)[0], model.ports(1)[0]
        return [(read_item(items_of(x, port)[0], port), y, out) for x, y in golden(name)]


def assert_exact(raw, wanted, port):
    got = to_reals(port, raw)
    np.testing.assert_array_equal(got.reshape(wanted.shape), wanted, strict=True)


@pytest.mark.parametrize("name", MODELS)
def test_host_is_exact_on_every_vector(name):
    file = packed(name).file
    with Model(file) as model:
        for raw, wanted, port in vectors(name, file):
            assert_exact(bytes(model.run(raw)), wanted, port)
        assert model.selftest() == (2, 2)


@pytest.mark.parametrize("name", MODELS)
def test_every_place_is_exact(name, place_name, pytestconfig):
    """As many vectors as there is time for; with --all every one, on every board."""
    file, macs = packed(name).file, packed(name).compiled.macs
    everything = pytestconfig.getoption("--all")
    if place_name == "m0" and packed(name).figures()["arena_bytes"] > M0_ARENA:
        pytest.skip("its arena is larger than the RAM of any Cortex-M0")
    if macs > PRODUCTS * 20 and not everything:
        pytest.skip("too slow to emulate; --all runs it")
    chosen = vectors(name, file)
    if not everything and not place_name.startswith("unix"):
        chosen = chosen[:max(1, PRODUCTS // max(macs, 1))]
    with Remote(place_name, file) as remote:
        for ran, (_, wanted, port) in zip(remote.run([raw for raw, *_ in chosen]), chosen,
                                          strict=True):
            assert_exact(ran.outputs[0], wanted, port)


def test_files_are_smaller_than_the_models():
    for name in MODELS:
        assert len(packed(name).file) < model_file(name).stat().st_size, name
