# SPDX-License-Identifier: MIT
"""reshape: the same bytes with another shape. It costs nothing."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import batch_of_one, computed_input, dimensions_fit


@dataclass(frozen=True, eq=False)
class Reshape(Op):
    """Bytes are kept, also where the two scales differ."""

    input: Tensor


def same_bytes(op):
    """input and output must have the same number of elements and one type of 8 bits"""
    a, b = op.input, op.output
    if a.elements != b.elements or a.dtype != b.dtype or a.dtype not in ("int8", "uint8"):
        return f"{a.elements} x {a.dtype} to {b.elements} x {b.dtype}"
    return None


LIMITS = (same_bytes, batch_of_one, dimensions_fit, computed_input)
