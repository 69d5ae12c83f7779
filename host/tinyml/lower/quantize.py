# SPDX-License-Identifier: MIT
"""quantize -> lookup: another scale, or another type of 8 bits."""
import numpy as np

from tinyml.lower.step import LoweredStep, views


def lower(op):
    """One step, in place."""
    yield lookup(op)


def lookup(op) -> LoweredStep:
    """A lookup step of the op's table."""
    return LoweredStep("lookup", views(op), arrays={"table": np.array(op.table(), np.int8)},
                       in_place=(op.input,))
