# SPDX-License-Identifier: MIT
"""assign_variable: what its steps are. What it remembers is tested in test_streams.py."""
from hypothesis import given

from tests.ops.check import thorough
from tests.ops.strategies import streams
from tinyml.pipeline import compile_model


@thorough
@given(stream=streams.windows())
def test_a_sliding_window_is_one_state_and_is_copied_nowhere(stream):
    schedule = compile_model(stream.model, "stream").schedule
    assert [name for name, _ in schedule.steps][0] == "append"
    assert {name for name, _ in schedule.steps} <= {"append", "pad"}
    assert [port["kind"] for port in schedule.ports] == [0, 1, 3]
