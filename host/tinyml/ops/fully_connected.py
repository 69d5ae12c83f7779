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

    @property
    def output_channels(self) -> int:
        return self.weights.shape[0]

    def result(self):
        size = self.rows * self.weights.shape[1], self.rows * self.output_channels
        fits = size == (self.input.elements, self.output.elements)
        return self.output.hwc if fits else (1, self.rows, self.output_channels)

    def products(self):
        return self.rows * self.weights.elements


LIMITS = COMMON + (int8_weights, int32_bias, known_activation)
