# SPDX-License-Identifier: MIT
"""conv2d: every kernel of the family against the oracle."""
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies.convolutions import (conv2d_cases, dilated_by_batches_cases,
                                                grouped_conv2d_cases)
from tests.ops.strategies.unsigned import unsigned_conv2d_cases


@thorough
@given(case=conv2d_cases())
def test_conv2d_equals_oracle(case):
    check_case(case)


@thorough
@given(case=dilated_by_batches_cases(padded=True))
def test_dilated_by_batches_equals_oracle(case):
    check_case(case)


@thorough
@given(case=grouped_conv2d_cases())
def test_grouped_conv2d_equals_oracle(case):
    check_case(case)


@thorough
@given(case=unsigned_conv2d_cases())
def test_unsigned_conv2d_equals_oracle(case):
    check_case(case)
