# SPDX-License-Identifier: MIT
"""max_pool: the max over a window, per channel."""
from dataclasses import dataclass

from tinyml.ops.pool import POOL_LIMITS, Pool


@dataclass(frozen=True, eq=False)
class MaxPool(Pool):
    """The largest number of a window."""


LIMITS = POOL_LIMITS
