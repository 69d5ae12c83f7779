# SPDX-License-Identifier: MIT
"""What remembers gives what its oracle says, run after run, and again after a reset."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ops.check import check_stream, check_stream_of_tflm, thorough
from tests.ops.strategies import recurrent, streams

of_every_kind = pytest.mark.parametrize("make", [
    streams.windows, streams.delays, recurrent.svdfs, recurrent.hotwords, recurrent.lstms])


@of_every_kind
@thorough
@given(data=st.data(), goal=st.sampled_from(["fastest", "smallest"]))
def test_a_stream_gives_what_the_oracle_says_again_after_a_reset(make, data, goal):
    check_stream(data.draw(make()), goal)


@of_every_kind
@thorough
@given(data=st.data())
def test_the_oracle_equals_tflm(make, data):
    check_stream_of_tflm(data.draw(make()))
