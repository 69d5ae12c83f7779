# SPDX-License-Identifier: MIT
"""average_pool: every kernel of the family against the oracle."""
from hypothesis import given

from tests.ops.check import check_case, thorough
from tests.ops.strategies.pools import average_pool_cases
from tests.ops.strategies.unsigned import unsigned_average_pool_cases


@thorough
@given(case=average_pool_cases())
def test_average_pool_equals_oracle(case):
    check_case(case, "batch")


@thorough
@given(case=unsigned_average_pool_cases())
def test_unsigned_average_pool_equals_oracle(case):
    check_case(case)
