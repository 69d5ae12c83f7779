# SPDX-License-Identifier: MIT
"""max_pool, reduce_max, reduce_min: every kernel of the family against the oracle."""
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies.pools import max_pool_cases, reduce_max_cases, reduce_min_cases


@thorough
@given(case=max_pool_cases())
def test_max_pool_equals_oracle(case):
    check_case(case, "batch")


@thorough
@given(case=reduce_max_cases())
def test_reduce_max_equals_oracle(case):
    check_case(case)


@thorough
@given(case=reduce_min_cases())
def test_reduce_min_equals_oracle(case):
    check_case(case)
