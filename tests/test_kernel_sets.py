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

from tests.ops import strategies
from tests.random_nets import random_nets
from tests.test_random_nets import KINDS, SINGLE
from tinyml.errors import UnsupportedError
from tinyml.inputs import read_item
from tinyml.model import Model
from tinyml.pipeline import compile_model
from tinyml.schedule import encode

pytest.importorskip("unicorn")
pytest.importorskip("capstone")
from tests import ref_machine  # noqa: E402  they need the packages above
from tools import micropython  # noqa: E402
from tools.simulator import Simulator  # noqa: E402

TOOLS = ("arm-none-eabi-gcc", "riscv64-unknown-elf-gcc", "make")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)) or not micropython.SOURCE.exists(),
    reason="no compilers or no source of MicroPython: `python3 tasks.py setup`")

CORES = ("m0", "m3", "m4", "rv32")      # m7 and m33 run what m4 runs
FAMILIES = {name.removesuffix("_cases"): make for name, make in vars(strategies).items()
            if name.endswith("_cases") and "float" not in name and name != "dequantize_cases"}
some = settings(deadline=None, suppress_health_check=list(HealthCheck))


@cache
def simulator(core):
    return Simulator(core, strict=True)


def compiled(model, options):
    try:
        return encode(compile_model(model, "net", options=options).schedule)
    except UnsupportedError:
        reject()


def raw_inputs(file, arrays):
    """The bytes of arrays as a model file has them."""
    with Model(file) as model:
        return [read_item(array.transpose(0, 2, 3, 1) if port.channels_first else array, port)
                for array, port in zip(arrays, model.ports(0), strict=True)]


def check(file, inputs):
    """Asserts that the host and all processors give the bytes of ref."""
    wanted = ref_machine.run(file, inputs)
    with Model(file) as model:
        assert ref_machine.infer(model, inputs) == wanted, "host"
    for index, core in enumerate(CORES):
        ran = simulator(core).run(file, inputs, arena_at_end=index % 2 == 0)
        assert ran.outputs == wanted, core


@settings(some, max_examples=25)
@given(net=random_nets(), options=st.sampled_from([SINGLE, *KINDS]))
def test_random_nets(net, options):
    file = compiled(net.model, options)
    check(file, raw_inputs(file, net.inputs))


@pytest.mark.parametrize("family", FAMILIES)
@settings(some, max_examples=8)
@given(data=st.data())
def test_single_ops(family, data):
    drawn = data.draw(FAMILIES[family]())
    file = compiled(drawn.model, SINGLE)
    check(file, raw_inputs(file, drawn.inputs))
