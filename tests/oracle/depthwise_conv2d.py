# SPDX-License-Identifier: MIT
"""depthwise_conv2d: each input channel has kernels of its own; output c * multiplier + k."""

import numpy as np

from .quant import requantize, wrap32
from .window import taps


def depthwise_conv2d(x, weights, bias, *, stride, padding, dilation=(1, 1), in_zp, out_zp, mults,
                     shifts, act_min=-128, act_max=127):
    """x (1, h, w, c) int8; weights (1, h, w, c * multiplier) int8; bias int32 or None."""
    centred = x.astype(np.int64) - in_zp
    repeated = np.repeat(centred, weights.shape[3] // x.shape[3], axis=3)
    acc = np.int64(0) if bias is None else bias.astype(np.int64)
    for (row, column), seen in taps(repeated, weights.shape[1:3], stride, padding, dilation):
        acc = acc + seen * weights[0, row, column].astype(np.int64)
    return requantize(wrap32(acc), mults, shifts, out_zp, act_min, act_max)[None]
