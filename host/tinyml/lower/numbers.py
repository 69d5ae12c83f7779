# SPDX-License-Identifier: MIT
"""The fields of steps that slide a window."""
from tinyml.ops.common import activation_range
from tinyml.plan import Window


def window_of(size, op) -> Window:
    """The window of an op with `stride` and `pad`; `size` is (rows, columns)."""
    return Window(*size, *op.stride, op.pad.top, op.pad.left)


def clamp_numbers(op) -> dict[str, int]:
    """act_min, act_max"""
    low, high = activation_range(op.activation, op.output.quant)
    return {"act_min": low, "act_max": high}


def zero_points(op) -> dict[str, int]:
    """input_zp, output_zp"""
    return {"input_zp": op.input.quant.zero_point, "output_zp": op.output.quant.zero_point}


def doubled(factor: tuple[int, int]) -> tuple[int, int]:
    """mult and shift as steps hold them: a multiplier of TensorFlow Lite, Q0.31, times 2^32."""
    mult, shift = factor
    return 2 * mult, shift
