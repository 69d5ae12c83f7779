# SPDX-License-Identifier: MIT
"""add: both inputs brought to a common scale with 20 more bits, added, requantised."""

import numpy as np

from .quant import multiply_by_quantized_multiplier, quantize_multiplier, requantize

LEFT_SHIFT = 20


def multipliers(scale_1, scale_2, out_scale):
    """Three (multiplier, shift): of each input and of the output; all in double precision.

    The common scale is twice the larger one, so no shift is to the left.
    """
    first, second, out = (float(np.float32(scale)) for scale in (scale_1, scale_2, out_scale))
    common = 2 * max(first, second)
    reals = first / common, second / common, common / (2**LEFT_SHIFT * out)
    return tuple(quantize_multiplier(real) for real in reals)


def add(x1, x2, *, zp_1, zp_2, out_zp, factor_1, factor_2, factor_out, act_min=-128, act_max=127):
    """x1, x2 int8 of shapes that broadcast; the factors are those of `multipliers`."""
    def common(x, zero_point, factor):
        return multiply_by_quantized_multiplier(
            (x.astype(np.int64) - zero_point) << LEFT_SHIFT, *factor)

    total = common(x1, zp_1, factor_1) + common(x2, zp_2, factor_2)
    return requantize(total, *factor_out, out_zp, act_min, act_max)
