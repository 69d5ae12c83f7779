# SPDX-License-Identifier: MIT
"""depthwise_conv2d: a window over one channel."""
from dataclasses import dataclass

from tinyml.ops.common import (COMMON, int8_weights, int32_bias, known_activation,
                               small_strides)
from tinyml.ops.convolution import Convolution


@dataclass(frozen=True, eq=False)
class DepthwiseConv2d(Convolution):
    """Output channel c * multiplier + j is filter j over input channel c. Weights are 1HWO."""

    @property
    def multiplier(self) -> int:
        return self.output.hwc[2] // self.input.hwc[2]

    @property
    def output_channels(self) -> int:
        return self.weights.shape[3]

    def products(self):
        h, w, _ = self.output.hwc
        return h * w * self.weights.elements


def one_filter_each(op):
    """weights of one filter for each output channel"""
    first = op.weights.shape[0]
    return f"{first} of them" if first != 1 else None


def whole_multiplier(op):
    """output channels must be a multiple of input channels"""
    inputs, outputs = op.input.hwc[2], op.output_channels
    return f"{outputs} output channels for {inputs}" if outputs % inputs else None


LIMITS = COMMON + (int8_weights, int32_bias, one_filter_each, whole_multiplier, small_strides,
                   known_activation)
