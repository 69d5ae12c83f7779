# SPDX-License-Identifier: MIT
"""Real models give the bytes that TensorFlow Lite Micro gave, everywhere."""
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tests.shared import golden, model_file, needs_shared
from tinyml import load
from tinyml.inputs import items_of, read_item, to_reals
from tinyml.model import Model
from tinyml.pack import pack
from tinyml.plan import Options
from tinyml.remote import Remote

MODELS = (
    "tflm/hello_world_int8", "tflm/micro_speech_quantized", "tflm/person_detect",
    "mlperf_tiny/kws_ref_model", "mlperf_tiny/vww_96_int8", "mlperf_tiny/pretrainedResnet_quant",
    "mlperf_tiny/ad01_int8", "mlonmcu/micro_kws_m_quantized", "magic_wand/quantized_model",
    "mcunet/mcunet-320kb-1mb_imagenet", "mcunet/tinyengine_vww",
    "wake_vision/wv_quality_mobilenetv2", "tflm/mobilenet_v2_quantized_1x3x224x224",
    "microwakeword/okay_nabu",
)
STREAMS = ("microwakeword/okay_nabu",)      # what a vector gives rests on those before it
PLANS = {
    "op by op": Options(stages="single"),
    "rings": Options(goal="smallest", stages="rings"),
    "rings and recompute": Options(goal="smallest", stages="recompute"),
    "patches": Options(goal="smallest", stages="patches"),
    "rows": Options(goal="smallest", stages="rings", feed_rows=True),
    "rows and recompute": Options(goal="smallest", stages="recompute", feed_rows=True),
}
LARGE = 30_000_000              # products of a model that only some plans are tried of without --all
PLANS_OF_LARGE = ("op by op", "rows and recompute")
PRODUCTS = 10_000_000           # run on a board in one test: some seconds of emulation
LARGE_IN = {                    # without --all; test_small_heap.py has another
    "unix": MODELS, "unix-new": MODELS,
    "rv32": ("mcunet/mcunet-320kb-1mb_imagenet",), "m4f": ("wake_vision/wv_quality_mobilenetv2",),
}
M0_ARENA = 190_000              # no Cortex-M0 has more RAM; larger plans run on the others
PLACES = ("unix", "unix-new", "m0", "m4f", "rv32")

pytestmark = needs_shared


@cache
def packed(name, kind="op by op", paged=False):
    return pack(model_file(name), options=replace(PLANS[kind], paged=paged))


@cache
def products(name):
    return packed(name).compiled.macs


def vectors(name, file):
    """The bytes of each input, and the output wanted, in their order: a model may remember."""
    with Model(file) as model:
        port, out = model.ports(0)[0], model.ports(1)[0]
        return [(read_item(items_of(x, port)[0], port), y, out) for x, y in golden(name)]


def assert_exact(raw, wanted, port):
    got = to_reals(port, raw)
    np.testing.assert_array_equal(got.reshape(wanted.shape), wanted, strict=True)


def check_on_this_machine(name, kind, most_vectors, opened, paged=False):
    file = packed(name, kind, paged).file
    with opened(file) as model:
        assert model.ports(0)[0].fed == PLANS[kind].feed_rows
        for run in (Model.run, feed_or_step):
            model.reset()
            for raw, wanted, port in vectors(name, file)[:most_vectors]:
                run(model, raw)
                assert_exact(bytes(model.output), wanted, port)
        assert model.selftest() == (2, 2)


def feed_or_step(model, raw):
    """The same run in pieces."""
    model.output[:] = bytes(len(model.output))
    port = model.ports(0)[0]
    if not port.fed:
        for _ in model.steps(raw):
            pass
        return
    fed = [model.feed(raw[at:at + port.row_bytes]) for at in range(0, len(raw), port.row_bytes)]
    assert fed == [False] * (len(fed) - 1) + [True]


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("name", MODELS)
def test_host_is_exact_by_every_plan(name, kind, pytestconfig):
    """Of large models one vector of two plans; with --all all of them."""
    large = products(name) > LARGE and not pytestconfig.getoption("--all")
    if large and kind not in PLANS_OF_LARGE:
        pytest.skip("one of the slow ones; --all runs it")
    check_on_this_machine(name, kind, 1 if large else None, Model)


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("name", MODELS)
def test_host_is_exact_where_weights_stay_in_the_file(name, kind, tmp_path, pytestconfig):
    """Of each model another plan, none of the large ones; with --all all of them."""
    def opened(file):
        path = tmp_path / "model.tml"
        path.write_bytes(file)
        return load(str(path), paged=True)
    if not pytestconfig.getoption("--all") and (products(name) > LARGE or kind != tuple(PLANS)[
            MODELS.index(name) % len(PLANS)]):
        pytest.skip("--all runs it")
    check_on_this_machine(name, kind, 3, opened, paged=True)


def kinds_in(name, place_name, everything):
    """Plans to try in a place: every one, or of a model in each place another, so that each place
    tries all."""
    if not everything:
        if products(name) > LARGE:
            return ["rows and recompute"]
        kinds = tuple(PLANS)
        return [kinds[(MODELS.index(name) + PLACES.index(place_name)) % len(kinds)]]
    return [kind for kind in PLANS if place_name != "m0"
            or packed(name, kind).figures()["arena_bytes"] <= M0_ARENA]


@pytest.mark.parametrize("name", MODELS)
def test_every_place_is_exact(name, place_name, pytestconfig):
    """As many vectors as there is time for; with --all every one, by every plan, on every board."""
    everything = pytestconfig.getoption("--all")
    if products(name) > LARGE and not everything and name not in LARGE_IN.get(place_name, ()):
        pytest.skip("slow to emulate; --all runs it")
    for kind in kinds_in(name, place_name, everything):
        file = packed(name, kind).file
        chosen = vectors(name, file)
        if not everything and not place_name.startswith("unix"):
            chosen = chosen[:max(1, PRODUCTS // max(products(name), 1))]
        with Remote(place_name, file) as remote:
            for ran, (_, wanted, port) in zip(remote.run([raw for raw, *_ in chosen]), chosen,
                                              strict=True):
                assert_exact(ran.outputs[0], wanted, port)


@pytest.mark.parametrize("name", ["mlperf_tiny/kws_ref_model", "mlperf_tiny/pretrainedResnet_quant"])
def test_places_are_exact_where_weights_stay_in_the_file(name, place_name):
    kind = tuple(PLANS)[PLACES.index(place_name) if place_name in PLACES else 0]
    file = packed(name, kind, paged=True).file
    raw, wanted, port = vectors(name, file)[0]
    with Remote(place_name, file, paged=True) as remote:
        (ran,) = remote.run([raw])
        assert_exact(ran.outputs[0], wanted, port)


def test_files_are_smaller_than_the_models():
    for name in MODELS:
        assert len(packed(name).file) < model_file(name).stat().st_size, name
