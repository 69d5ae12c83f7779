# SPDX-License-Identifier: MIT
"""The firing rule stands twice, in C and in Python: steps go in the same order by both."""
import ctypes
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.make_corpus import families, stages
from tests.random_nets import random_nets
from tests.ref_library import library
from tinyml.options import Options
from tinyml.pipeline import compile_model
from tinyml.plan.check import check_plan, firings
from tinyml.plan.stages import LONG_BLOCKS
from tinyml.schedule import encode

ROOT = Path(__file__).resolve().parent.parent
MOST = 1 << 18                  # firings of a run
KINDS = [Options(stages=kind, goal="smallest", feed_rows=fed)
         for kind in ("rings", "recompute", "patches") for fed in (False, True)]
MODELS = {name: (model, options) for name, model, options in stages()} | {
    name: (builder.finish([output]), Options(stages="rings"))
    for name, builder, output in families()}


@pytest.fixture(scope="module")
def trace():
    """That of tests/trace.c."""
    return library(ROOT / "tests/trace.c").trace


def order_in_c(trace, schedule):
    """(step of its stage, row, pixel) of each firing of a run."""
    file = ctypes.create_string_buffer(encode(schedule))
    arena = (ctypes.c_uint32 * (schedule.arena_bytes // 4))()
    found = (ctypes.c_uint16 * (3 * MOST))()
    count = trace(file, ctypes.c_size_t(len(file) - 1), arena, ctypes.c_size_t(len(arena) * 4),
                  found, MOST)
    assert count >= 0
    return [tuple(found[3 * i:3 * i + 3]) for i in range(count)]


def order_in_python(plan):
    return [(index - stage.first, y, x) for stage in plan.stages
            for index, y, x in firings(plan, stage)]


@pytest.mark.parametrize("name", MODELS)
def test_small_models_fire_in_the_same_order(trace, name):
    model, options = MODELS[name]
    compiled = compile_model(model, name, options=options)
    assert order_in_c(trace, compiled.schedule) == order_in_python(compiled.plan)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(net=random_nets(), options=st.sampled_from(KINDS))
def test_random_nets_fire_in_the_same_order(trace, net, options):
    compiled = compile_model(net.model, "net", options=options)
    assert order_in_c(trace, compiled.schedule) == order_in_python(compiled.plan)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(net=random_nets(), fed=st.booleans(), block=st.sampled_from(LONG_BLOCKS))
def test_firings_of_several_rows_go_in_the_same_order(trace, net, fed, block):
    with patch("tinyml.plan.plan.BLOCKS", (block,)):
        compiled = compile_model(net.model, "net", options=Options(
            stages="rings", goal="smallest", feed_rows=fed))
    check_plan(compiled.plan)
    assert order_in_c(trace, compiled.schedule) == order_in_python(compiled.plan)
