# SPDX-License-Identifier: MIT
"""What conv2d and depthwise_conv2d share."""
from dataclasses import dataclass

from tinyml.ir import Border, Op, Tensor
from tinyml.ops.common import slid_over


@dataclass(frozen=True, eq=False)
class Convolution(Op):
    """Filters slide over the input; padding holds its zero point."""

    input: Tensor
    weights: Tensor                     # rows and columns are axes 1 and 2
    bias: Tensor | None
    stride: tuple[int, int]
    pad: Border
    dilation: tuple[int, int] = (1, 1)
    activation: str = "none"

    @property
    def output_channels(self) -> int:
        raise NotImplementedError

    def result(self):
        window = [(k - 1) * d + 1 for k, d in zip(self.weights.shape[1:3], self.dilation)]
        return *slid_over(self, window), self.output_channels
