# SPDX-License-Identifier: MIT
"""The parameters of convolution-like steps."""
import numpy as np

from tinyml.fixed_point import quantize_multiplier
from tinyml.ops.common import real_multiplier


def channel_quant(op, channels: int, axis: int) -> dict[str, np.ndarray]:
    """The arrays bias, mult and shift, one entry per output channel.

    `axis` is the weights' axis of output channels. The bias takes in the input's zero point:
    sum((x - zp) * w) = sum(x * w) - zp * sum(w), with padding that holds zp.
    """
    scales = op.weights.quant.scales
    scales = scales * channels if len(scales) == 1 else scales
    pairs = [quantize_multiplier(real_multiplier(op, scale)) for scale in scales]
    return {"bias": folded_bias(op, channels, axis),
            "mult": np.array([mult for mult, _ in pairs], np.int32),
            "shift": np.array([shift for _, shift in pairs], np.int8)}


def folded_bias(op, channels: int, axis: int) -> np.ndarray:
    """bias - input_zp * sum(weights), wrapping at 32 bits as the sums of the kernels do."""
    others = tuple(a for a in range(op.weights.data.ndim) if a != axis)
    sums = op.weights.data.astype(np.int64).sum(axis=others)
    bias = np.zeros(channels, np.int64) if op.bias is None else op.bias.data.astype(np.int64)
    return (bias.reshape(channels) - op.input.quant.zero_point * sums).astype(np.int32)
