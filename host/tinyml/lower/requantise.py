# SPDX-License-Identifier: MIT
"""Real multipliers as (mult, shift), and the parameters of convolution-like steps."""
from math import floor, frexp, isfinite

import numpy as np

from tinyml.errors import UnsupportedError

SHIFTS = range(-31, 31)


def quantize_multiplier(real: float, largest_shift: int = SHIFTS[-1]) -> tuple[int, int]:
    """real = mult * 2^(shift - 31), |mult| in [2^30, 2^31): TensorFlow Lite's QuantizeMultiplier.

    Below 2^-32 the multiplier is 0. Raises UnsupportedError from 2^largest_shift on.
    """
    if real == 0:
        return 0, 0
    if not isfinite(real):
        raise UnsupportedError([f"a scale ratio is {real}: check the model's scales"])
    fraction, shift = frexp(real)
    mult = floor(abs(fraction) * 2 ** 31 + 0.5)
    if mult == 2 ** 31:
        mult, shift = mult // 2, shift + 1
    mult = mult if fraction > 0 else -mult
    if shift < SHIFTS[0]:
        return 0, 0
    if shift > largest_shift:
        raise UnsupportedError([f"a ratio of scales is {real:g}, at most 2^{largest_shift} is "
                                "supported: check the model's scales"])
    return mult, shift


def real_multiplier(op, weight_scale: float) -> float:
    """From the scale of a sum of products to that of the output, in double precision."""
    return op.input.quant.scale * weight_scale / op.output.quant.scale


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
