# SPDX-License-Identifier: MIT
"""depthwise_conv2d: a window over one channel."""
from dataclasses import dataclass

from tinyml.ir import Op, Border, Tensor
from tinyml.ops.common import (COMMON, int8_weights, int32_bias, known_activation, no_dilation,
                               small_strides)


@dataclass(frozen=True, eq=False)
class DepthwiseConv2d(Op):
    """Output channel c * multiplier + j is filter j over input channel c."""

    input: Tensor
    weights: Tensor                     # 1HWO
    bias: Tensor | None
    stride: tuple[int, int]
    pad: Border
    dilation: tuple[int, int] = (1, 1)
    activation: str = "none"

    @property
    def multiplier(self) -> int:
        return self.output.hwc[2] // self.input.hwc[2]

    def products(self):
        h, w, _ = self.output.hwc
        return h * w * self.weights.elements


LIMITS = COMMON + (int8_weights, int32_bias, no_dilation, small_strides, known_activation)
