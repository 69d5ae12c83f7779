# SPDX-License-Identifier: MIT
"""transpose_conv: every kernel of the family against the oracle."""
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies.spread import transpose_conv_cases
from tests.ops.strategies.unsigned import unsigned_transpose_conv_cases


@thorough
@given(case=transpose_conv_cases())
def test_transpose_conv_equals_oracle(case):
    check_case(case)


@thorough
@given(case=unsigned_transpose_conv_cases())
def test_unsigned_transpose_conv_equals_oracle(case):
    check_case(case)
