# SPDX-License-Identifier: MIT
"""quantize: bytes to bytes of another scale, zero point or sign; float to int8 and back."""

import numpy as np

from .quant import requantize, round_half_away


def quantize(x, *, in_zp, out_zp, mult, shift, dtype=np.int8):
    """x int8 or uint8; mult and shift: `quant.scale_ratio`; dtype: that of the output."""
    limits = np.iinfo(dtype)
    centred = x.astype(np.int64) - in_zp
    return requantize(centred, mult, shift, out_zp, limits.min, limits.max, dtype)


def quantize_float(x, scale, zero_point):
    """float32 to int8. The division is in float32; |x / scale| stays below 2**31."""
    steps = round_half_away(x.astype(np.float32) / np.float32(scale))
    return np.clip(steps + zero_point, -128, 127).astype(np.int8)


def dequantize(x, scale, zero_point):
    """int8 or uint8 to float32: the nearest float32 to the exact product."""
    return ((x.astype(np.int64) - zero_point) * np.float64(np.float32(scale))).astype(np.float32)
