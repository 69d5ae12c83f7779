# SPDX-License-Identifier: MIT
"""transpose: another order of the axes. A first one of an NCHW model costs nothing."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import batch_of_one, computed_input, dimensions_fit, shapes_agree


@dataclass(frozen=True, eq=False)
class Transpose(Op):
    """output axis i is input axis axes[i]"""

    input: Tensor
    axes: tuple[int, ...]

    def result(self):
        return ((1, 1, 1) + tuple(self.input.shape[axis] for axis in self.axes))[-3:]


def keeps_batch(op):
    """the batch axis must stay first"""
    return f"axes {op.axes}" if len(op.axes) == 4 and op.axes[0] != 0 else None


def eight_bits(op):
    """int8 or uint8 only"""
    return None if op.input.dtype in ("int8", "uint8") else f"`{op.input.name}` is {op.input.dtype}"


LIMITS = (eight_bits, batch_of_one, dimensions_fit, computed_input, keeps_batch, shapes_agree)
