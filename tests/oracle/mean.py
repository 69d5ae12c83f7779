# SPDX-License-Identifier: MIT
"""mean: the sum over some axes, with 1 / count folded into the multiplier."""

import math

import numpy as np

from .quant import requantize, scale_ratio, wrap32


def multiplier(in_scale, out_scale, count):
    """(multiplier, shift) of in_scale / out_scale / count; rounded once, then truncated."""
    scaled, shift = scale_ratio(in_scale, out_scale)
    bits = min(count.bit_length() - 1, 32, 31 + shift)
    return (scaled << bits) // count, shift - bits


def count_of(shape, axes):
    """How many elements make one output."""
    return math.prod(shape[axis] for axis in {axis % len(shape) for axis in axes})


def mean(x, *, axes, keep_dims, in_zp, out_zp, mult, shift):
    """x int8 of any shape; axes may be negative or repeated; mult and shift of `multiplier`."""
    axes = tuple(sorted({axis % x.ndim for axis in axes}))
    total = x.astype(np.int64).sum(axis=axes, keepdims=keep_dims)
    centred = wrap32(total - in_zp * count_of(x.shape, axes))
    return requantize(centred, mult, shift, out_zp)
