# SPDX-License-Identifier: MIT
"""quantize: another scale, another type. At the border of a model, float32 as well."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import (batch_of_one, computed_input, dimensions_fit, has_one_scale,
                               shapes_agree)


@dataclass(frozen=True, eq=False)
class Quantize(Op):
    """QUANTIZE and DEQUANTIZE."""

    input: Tensor


def eight_bits_inside(op):
    """inside a model both types must be int8 or uint8; float32 only as its input or output"""
    for tensor in (op.input, op.output):
        if tensor.dtype not in ("int8", "uint8"):
            return f"`{tensor.name}` is {tensor.dtype}"
        if not has_one_scale(tensor):
            return f"`{tensor.name}` has no scale, or several"
    return None


LIMITS = (eight_bits_inside, batch_of_one, dimensions_fit, computed_input, shapes_agree)
