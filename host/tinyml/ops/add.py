# SPDX-License-Identifier: MIT
"""add: the elementwise sum of two tensors."""
from dataclasses import dataclass

from tinyml.fixed_point import quantize_multiplier
from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON, known_activation

HEADROOM = 2 ** 20              # TensorFlow Lite's left shift


@dataclass(frozen=True, eq=False)
class Add(Op):
    """Each tensor has a scale of its own."""

    input: Tensor
    input2: Tensor
    activation: str = "none"

    def factors(self) -> tuple[tuple[int, int], ...]:
        """(mult, shift) of each input and of the sum. Both inputs are brought to twice the larger
        scale, with HEADROOM."""
        first, second = self.input.quant.scale, self.input2.quant.scale
        twice = 2 * max(first, second)
        ratios = first / twice, second / twice, twice / (HEADROOM * self.output.quant.scale)
        return tuple(quantize_multiplier(ratio) for ratio in ratios)


def computed_inputs(op):
    """both inputs must be activations"""
    constant = next((t for t in (op.input, op.input2) if t.data is not None), None)
    return f"`{constant.name}` is a constant" if constant else None


def same_shape(op):
    """both inputs must have the shape of the output: nothing is broadcast"""
    shapes = [tensor.shape for tensor in (op.input, op.input2, op.output)]
    if shapes[0] == shapes[1] == shapes[2]:
        return None
    return " and ".join("x".join(map(str, shape)) for shape in shapes[:2])


def scales_comparable(op):
    """an input's scale may be at most 2^19 times the output's"""
    largest = max((tensor.quant.scale for tensor in op.inputs), default=0)
    return None if largest < 2 ** 19 * op.output.quant.scale else f"scale {largest:g}"


LIMITS = COMMON + (computed_inputs, same_shape, scales_comparable, known_activation)
