# SPDX-License-Identifier: MIT
"""Core builds of the native module: convolutional nets run, what they lack is refused in words."""
import re
from pathlib import Path

import pytest

from tests.small_schedules import LARGER, packed
from tests.test_bad_board import open_or_skip_remote
from tools.tflite_builder import ModelBuilder
from tinyml import format
from tinyml.errors import DeviceError
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.remote import BUILT, choose_build
from tinyml.schedule import decode

CORE = {"conv2d", "depthwise_conv2d", "average_pool", "max_pool", "mean", "sum", "average", "add", "pad",
        "softmax", "lookup", "take"}
OTHER = {step.name for step in format.STEPS} - CORE
STACKED = Options(goal="smallest", stages="recompute")
ROOT = Path(__file__).resolve().parent.parent


def turned():
    """A model that is one transpose."""
    b = ModelBuilder()
    return b.finish([b.transpose(b.input((1, 4, 3, 2), 0.1, 0), (0, 2, 1, 3))])


def core_or_skip(board, file, **options):
    if not (BUILT / "armv6m/core/_tinyml.mpy").exists():
        pytest.skip("python3 tasks.py build mpy")
    return open_or_skip_remote(board, file, **options)


def steps_of(file):
    return {name for name, _ in decode(file).steps}


def test_one_list_says_which_steps_are_core():
    assert {step.name for step in format.STEPS if not step.core} == OTHER
    assert set((ROOT / "native/steps.mk").read_text().split("=")[1].split()) == OTHER
    header = (ROOT / "native/include/tml_format.h").read_text()
    other = header.split("#define TML_OTHER_STEPS(X)")[1].split("#define")[0]
    assert set(re.findall(r"X\(\d+, (\w+)\)", other)) == OTHER


@pytest.mark.parametrize("plan", [Options(), Options(goal="smallest", stages="rings",
                                                     feed_rows=True)], ids=["image", "rows"])
def test_a_convolutional_net_runs_exactly(board, plan):
    with core_or_skip(board, pack(LARGER, options=plan).file, build="core") as remote:
        assert remote.selftest() == (2, 2)


@pytest.mark.parametrize("what", ["transpose", "stack"])
def test_what_it_lacks_is_refused_in_words(board, what):
    file = packed(turned()) if what == "transpose" else pack(LARGER, options=STACKED).file
    assert steps_of(file) & OTHER
    with pytest.raises(DeviceError, match="lacks a step: install the full module"):
        core_or_skip(board, file, build="core")
    with core_or_skip(board, file) as remote:
        assert remote.build == "full" and remote.selftest() == (2, 2)


def test_the_smallest_build_that_has_all_steps_is_taken():
    assert choose_build(pack(LARGER).file) == "core"
    assert choose_build(pack(LARGER, options=STACKED).file) == "full"
    assert choose_build(packed(turned())) == "full"
    with core_or_skip("m0", pack(LARGER).file) as remote:
        assert remote.build == "core" and remote.selftest() == (2, 2)


def test_every_code_has_its_step():
    """The tables of a build go by code, and hold nothing where it lacks a step."""
    assert [step.code for step in format.STEPS] == list(range(1, len(format.STEPS) + 1))
