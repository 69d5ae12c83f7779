# SPDX-License-Identifier: MIT
"""concatenation: tensors one behind the other along an axis. Bytes are kept."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import batch_of_one, dimensions_fit, int8_activations, shapes_agree


@dataclass(frozen=True, eq=False)
class Concatenation(Op):
    """`axis` counts from the height: 0 rows, 1 columns, 2 channels; below 0: the batch."""

    parts: tuple[Tensor, ...]
    axis: int
    activation: str = "none"

    def result(self):
        sizes = list(self.parts[0].hwc)
        sizes[self.axis] = sum(part.hwc[self.axis] for part in self.parts)
        return tuple(sizes)


def computed_parts(op):
    """all parts must be activations: constants are not copied"""
    constant = next((part for part in op.parts if part.data is not None), None)
    return f"`{constant.name}` is a constant" if constant else None


def inside_a_batch(op):
    """parts stand one behind the other along rows, columns or channels, not along the batch"""
    return None if 0 <= op.axis <= 2 else "along the batch"


def parts_fit(op):
    """parts must be as large as each other along all other axes"""
    sizes = {part.hwc[:op.axis] + part.hwc[op.axis + 1:] for part in op.parts}
    return " and ".join("x".join(map(str, part.hwc)) for part in op.parts) if len(sizes) > 1 else None


def one_scale(op):
    """parts and output must have one scale and zero point"""
    wanted = op.output.quant
    for part in op.inputs:
        quant = part.quant
        if abs(quant.scale - wanted.scale) > 1e-6 or quant.zero_point != wanted.zero_point:
            return (f"scale {quant.scale:g} and {wanted.scale:g}, "
                    f"zero point {quant.zero_point} and {wanted.zero_point}")
    return None


def no_activation(op):
    """nothing fused"""
    return None if op.activation == "none" else f"fused {op.activation}"


LIMITS = (computed_parts, int8_activations, batch_of_one, dimensions_fit, inside_a_batch, parts_fit,
          shapes_agree, one_scale, no_activation)
