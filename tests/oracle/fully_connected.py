# SPDX-License-Identifier: MIT
"""fully_connected: rows of the input times the weights, plus a bias, requantised."""

import numpy as np

from .quant import requantize, wrap32


def fully_connected(x, weights, bias, *, in_zp, out_zp, mults, shifts, act_min=-128, act_max=127):
    """x int8 of any shape, read as rows of weights' depth; weights (out, depth); -> (rows, out)."""
    rows = x.reshape(-1, weights.shape[1]).astype(np.int64) - in_zp
    acc = rows @ weights.astype(np.int64).T
    if bias is not None:
        acc = acc + bias
    return requantize(wrap32(acc), mults, shifts, out_zp, act_min, act_max)
