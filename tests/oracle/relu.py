# SPDX-License-Identifier: MIT
"""relu and relu6 as ops of their own."""

import numpy as np

from .quant import requantize, round_half_away


def relu(x, *, in_zp, out_zp, mult, shift):
    """mult and shift: `quant.scale_ratio`."""
    return requantize(x.astype(np.int64) - in_zp, mult, shift, out_zp, low=max(-128, out_zp))


def relu6(x, *, in_scale, in_zp):
    """Clamps the bytes between the input's 0 and 6; the output's scale is not looked at."""
    six = in_zp + int(round_half_away(np.float32(6) / np.float32(in_scale)))
    return np.clip(x, in_zp, np.clip(six, -128, 127)).astype(np.int8)
