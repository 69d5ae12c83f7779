# SPDX-License-Identifier: MIT
"""The fields of steps that slide a window."""
from tinyml.ops.common import activation_range


def window_numbers(window, op) -> dict[str, int]:
    """k_h, k_w, pad_top, pad_left, stride_h, stride_w"""
    return {"k_h": window[0], "k_w": window[1], "pad_top": op.pad.top, "pad_left": op.pad.left,
            "stride_h": op.stride[0], "stride_w": op.stride[1]}


def clamp_numbers(op) -> dict[str, int]:
    """act_min, act_max"""
    low, high = activation_range(op.activation, op.output.quant)
    return {"act_min": low, "act_max": high}


def zero_points(op) -> dict[str, int]:
    """input_zp, output_zp"""
    return {"input_zp": op.input.quant.zero_point, "output_zp": op.output.quant.zero_point}
