# SPDX-License-Identifier: MIT
"""depthwise_conv2d: every kernel of the family against the oracle."""
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies.convolutions import depthwise_conv2d_cases
from tests.ops.strategies.unsigned import unsigned_depthwise_conv2d_cases


@thorough
@given(case=depthwise_conv2d_cases())
def test_depthwise_conv2d_equals_oracle(case):
    check_case(case)


@thorough
@given(case=unsigned_depthwise_conv2d_cases())
def test_unsigned_depthwise_conv2d_equals_oracle(case):
    check_case(case)
