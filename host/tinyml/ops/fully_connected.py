# SPDX-License-Identifier: MIT
"""fully_connected: a matrix times one or several rows."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON, int8_weights, int32_bias, known_activation


@dataclass(frozen=True, eq=False)
class FullyConnected(Op):
    """The input is read as rows of the weights' length, whatever its shape."""

    input: Tensor
    weights: Tensor                     # OI
    bias: Tensor | None
    activation: str = "none"

    @property
    def rows(self) -> int:
        return self.input.elements // self.weights.shape[1]

    def products(self):
        return self.rows * self.weights.elements


LIMITS = COMMON + (int8_weights, int32_bias, known_activation)
