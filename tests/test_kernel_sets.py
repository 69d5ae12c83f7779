# SPDX-License-Identifier: MIT
"""Every set of kernels gives the bytes of `ref`, on the processor that it is for.

The processors are simulated, strictly: a kernel that reads beside the rings of its step, beyond an
end of the file, or a word where the processor takes only aligned ones, fails too.
"""
import shutil
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.ops.draw import CHANNELS, RNGS, ZERO_POINTS
from tests.ops.strategies import CASES
from tests.random_nets import random_nets
from tests.shared import needs_shared
from tests.test_border import MOST_ARENA, edited_files, firings, header, refusal
from tests.test_golden import (MODELS, PLANS, STREAMS, assert_exact, packed, products,
                               vectors)
from tests.test_random_nets import KINDS, SINGLE
from tools.tflite_builder import ModelBuilder
from tinyml.errors import UnsupportedError
from tinyml.inputs import read_item
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.schedule import decode, encode

pytest.importorskip("unicorn")
pytest.importorskip("capstone")
from tests import ref_machine  # noqa: E402  they need the packages above
from tools import micropython  # noqa: E402
from tools.simulator import Machine, Simulator  # noqa: E402
from tools.simulator.run import infer  # noqa: E402

TOOLS = ("arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "make")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)) or not micropython.SOURCE.exists(),
    reason="no compilers or no source of MicroPython: `python3 tasks.py setup`")

CORES = ("m0", "m3", "m4", "m7", "rv32")    # m33 runs what m4 runs
PLACES = ("host", *CORES)               # where the families' own tests may miss something
PRODUCTS = 8_000_000            # of a model that is run without --all
FAMILIES = {name: make for name, make in CASES.items()
            if "float" not in name and name != "dequantize"}
DEPTHS = (1, 3, 4, 8, 28, 510, 511, 512, 1022, 1024, 1537)
some = settings(deadline=None, suppress_health_check=list(HealthCheck))


@cache
def simulator(core):
    """Watches kernels; made once."""
    return Simulator(core, strict=True)


def compiled(model, options):
    """The file; without one there is nothing to test."""
    try:
        return encode(compile_model(model, "net", options=options).schedule)
    except UnsupportedError:
        reject()


def raw_inputs(file, arrays):
    """The bytes of arrays as a model file has them."""
    with Model(file) as model:
        return [read_item(np.moveaxis(array, 1, -1) if port.channels_first else array, port)
                for array, port in zip(arrays, model.ports(0), strict=True)]


def check(place, file, inputs, at_end=True):
    """Asserts that a place gives the bytes of ref; the arena touches an end of its memory."""
    wanted = ref_machine.run(file, inputs)
    if place == "host":
        with Model(file) as model:
            assert infer(model, inputs) == wanted
    else:
        assert simulator(place).run(file, inputs, at_end).outputs == wanted


@pytest.mark.parametrize("core", CORES)
@settings(some, max_examples=15)
@given(net=random_nets(), options=st.sampled_from([SINGLE, *KINDS]), at_end=st.booleans())
def test_random_nets(core, net, options, at_end):
    file = compiled(net.model, options)
    check(core, file, raw_inputs(file, net.inputs), at_end)


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("family", FAMILIES)
@settings(some, max_examples=8)
@given(data=st.data(), at_end=st.booleans())
def test_single_ops(core, family, data, at_end):
    drawn = data.draw(FAMILIES[family]())
    file = compiled(drawn.model, SINGLE)
    check(core, file, raw_inputs(file, drawn.inputs), at_end)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("count,outputs", [(1, 19), (1, 71), (3, 2), (6, 5)])
@pytest.mark.parametrize("depth", DEPTHS)
def test_sums_as_large_as_they_come(place, depth, count, outputs):
    """Some pixels, and filters, of the same extreme, of both, and of any bytes."""
    rng = np.random.default_rng(depth)
    rows = [np.full(depth, 127), np.full(depth, -127), rng.choice([-128, 127], depth),
            rng.integers(-127, 128, depth), np.full(depth, -128)]
    pixels = [np.full(depth, -128), np.full(depth, 127), rng.choice([-128, 127], depth),
              rng.integers(-128, 128, depth), np.full(depth, -128), np.full(depth, 127)]
    pixels = pixels[-count:]
    b = ModelBuilder()
    x = b.input((1, 1, count, depth), 1.0, 5)
    weights = np.int8(rng.permutation(rows * 15)[:outputs]).reshape(outputs, 1, 1, depth)
    w = b.constant(weights, [1 / (170 * depth)] * outputs, axis=0)
    y = b.conv2d(x, w, b.constant(np.arange(outputs, dtype=np.int32), 1.0), out=(1.0, 0))
    check(place, compiled(b.finish([y]), SINGLE), [np.int8(pixels).tobytes()])


@pytest.mark.parametrize("place", PLACES)
@settings(some, max_examples=15)
@given(rng=RNGS, depth=st.integers(1, 275).map(lambda words: 4 * words),
       outputs=st.integers(1, 150), share=st.sampled_from([0, .3, .5, .9, 1]),
       zero_point=st.sampled_from([-128, -5]), alike=st.booleans())
def test_inputs_that_may_be_left_out(place, rng, depth, outputs, share, zero_point, alike):
    """Many are -128; weights of a channel may be alike, and as large as they may be then."""
    most = min(127, 32767 // depth)
    weights = rng.integers(-most, most + 1, (outputs, depth))
    if alike:
        weights = np.where(weights[:, :1] > 0, most, -most) * (rng.random(weights.shape) < .99)
    x = rng.choice([rng.integers(-128, 128, depth), np.full(depth, 127)])
    x = np.int8(np.where(rng.random(depth) < share, -128, x))
    b = ModelBuilder()
    w = b.constant(np.int8(weights), [1 / (most * depth**.5)] * outputs, axis=0)
    bias = b.constant(rng.integers(-9999, 9999, outputs, np.int32), 1.0)
    y = b.fully_connected(b.input((1, depth), 1.0, -128), w, bias, out=(1.0, zero_point))
    file = compiled(b.finish([y]), SINGLE)
    assert decode(file).steps[0][1]["skips"] == (outputs >= 16)
    check(place, file, [x.tobytes()])


@pytest.mark.parametrize("place", PLACES)
@settings(some, max_examples=15)
@given(rng=RNGS, height=st.integers(1, 12), width=st.integers(1, 60), groups=st.integers(1, 5),
       stride=st.sampled_from([(1, 1), (2, 2), (1, 2)]), padding=st.sampled_from(["SAME", "VALID"]),
       zero_point=st.one_of(st.just(-128), ZERO_POINTS), options=st.sampled_from([SINGLE, *KINDS]))
def test_depthwise_windows_of_3x3(place, rng, height, width, groups, stride, padding, zero_point,
                                  options):
    """As models have them: some channels, of some rows of any length, fused or not."""
    channels, b = 4 * groups, ModelBuilder()
    if padding == "VALID":
        height, width = height + 2, width + 2
    x = b.input((1, height, width, channels), 1.0, int(rng.integers(-128, 128)))
    scales = np.float32(rng.uniform(.001, .1, channels))
    for _ in range(2 if padding == "SAME" else 1):
        w = b.constant(rng.integers(-127, 128, (1, 3, 3, channels), np.int8), scales, axis=3)
        bias = b.constant(rng.integers(-9999, 9999, channels, np.int32), 1.0)
        x = b.depthwise_conv2d(x, w, bias, stride=stride, padding=padding, out=(1.0, zero_point))
    image = rng.integers(-128, 128, (height, width, channels), np.int8)
    check(place, compiled(b.finish([x]), options), [image.tobytes()])


@pytest.mark.parametrize("place", PLACES)
@settings(some, max_examples=10)
@given(rng=RNGS, zero_point=st.one_of(st.just(-128), ZERO_POINTS), channels=CHANNELS,
       is_depthwise=st.booleans())
def test_requantising_where_rounding_turns(place, rng, zero_point, channels, is_depthwise):
    """Every byte plus a bias that brings the sum to where one output becomes the next. Of small scales
    the last bits of a multiplier count, too."""
    lowest = rng.choice([-22, -13], channels)
    scales = np.float32(2.0 ** rng.uniform(lowest, np.where(lowest == -22, -1, -9)))
    outputs = rng.integers(-128, 128, channels) - zero_point + 0.5
    bias = np.int32(np.clip(outputs / scales, -(2**29), 2**29) + rng.integers(-99, 99, channels))
    weights = np.int8(rng.choice([-1, 1], channels))
    every = np.arange(-128, 128, dtype=np.int8).reshape(1, 16, 16, 1)
    b = ModelBuilder()
    x = b.input((1, 16, 16, channels if is_depthwise else 1), 1.0, 0)
    if is_depthwise:
        w = b.constant(weights.reshape(1, 1, 1, channels), scales, axis=3)
        y = b.depthwise_conv2d(x, w, b.constant(bias, 1.0), out=(1.0, zero_point))
        every = np.repeat(every, channels, axis=3)
    else:
        w = b.constant(weights.reshape(channels, 1, 1, 1), scales, axis=0)
        y = b.conv2d(x, w, b.constant(bias, 1.0), out=(1.0, zero_point))
    check(place, compiled(b.finish([y]), SINGLE), [every.tobytes()])


@pytest.mark.parametrize("core", CORES)
@settings(some, max_examples=60)
@given(edited_files(), st.booleans())
def test_an_edited_file_is_refused_or_stays_inside(core, file, at_end):
    size = min(header(file)["arena_bytes"], MOST_ARENA)
    told = refusal(file, bytearray(size))
    try:
        machine = Machine(simulator(core).processor, file, bytearray(size), at_end)
    except UnicodeDecodeError:      # of a note, which only Python reads
        assert told is None
    except ValueError as error:
        assert str(error) == told
    else:
        assert told is None and firings(machine) > 0


@needs_shared
@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("name", MODELS)
def test_real_models(name, core, pytestconfig):
    """One vector by a plan that is another on each core; with --all everything."""
    everything = pytestconfig.getoption("--all")
    if products(name) > PRODUCTS and not everything:
        pytest.skip("slow to simulate; --all runs it")
    kinds, turn = tuple(PLANS), MODELS.index(name) + CORES.index(core)
    for kind in kinds if everything else kinds[turn % len(kinds):][:1]:
        file = packed(name, kind).file
        few = name in STREAMS or not everything     # a state is new in each run
        for raw, wanted, port in vectors(name, file)[:1 if few else None]:
            ran = Simulator(core).run(file, [raw])
            assert_exact(ran.outputs[0], wanted, port)
