# SPDX-License-Identifier: MIT
"""strided_slice, slice, split, unpack, gather: every kernel of the family against the oracle."""
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies.layout import (gather_cases, slice_cases, split_cases,
                                         strided_slice_cases)


@thorough
@given(case=strided_slice_cases())
def test_strided_slice_equals_oracle(case):
    check_case(case)


@thorough
@given(case=slice_cases())
def test_slice_equals_oracle(case):
    check_case(case)


@thorough
@given(case=split_cases())
def test_split_equals_oracle(case):
    check_case(case)


@thorough
@given(case=gather_cases())
def test_gather_equals_oracle(case):
    check_case(case)
