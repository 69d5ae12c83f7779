# SPDX-License-Identifier: MIT
"""fully_connected: rows of the input times the weights, plus a bias, requantised."""

import numpy as np

from .quant import channel_multipliers, quantize_multipliers, requantize, wrap32


def multipliers(in_scale, weight_scales, out_scale):
    """As a convolution if there are several weight scales.

    With one scale the product of the two float32 scales is itself rounded to float32.
    """
    scales = np.atleast_1d(np.float32(weight_scales))
    if scales.size > 1:
        return channel_multipliers(in_scale, scales, out_scale)
    product = np.float64(np.float32(in_scale) * scales[0])
    return quantize_multipliers([product / np.float64(np.float32(out_scale))])


def fully_connected(x, weights, bias, *, in_zp, out_zp, mults, shifts, act_min=-128, act_max=127):
    """x int8 of any shape, read as rows of weights' depth; weights (out, depth); -> (rows, out)."""
    rows = x.reshape(-1, weights.shape[1]).astype(np.int64) - in_zp
    acc = rows @ weights.astype(np.int64).T
    if bias is not None:
        acc = acc + bias
    return requantize(wrap32(acc), mults, shifts, out_zp, act_min, act_max)
