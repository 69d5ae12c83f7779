# SPDX-License-Identifier: MIT
"""softmax: shares of the channels of a pixel."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON


@dataclass(frozen=True, eq=False)
class Softmax(Op):
    """output = exp(beta * input) / sum over the last axis"""

    input: Tensor
    beta: float


def standard_output(op):
    """the output must have scale 1/256 and zero point -128"""
    quant = op.output.quant
    if abs(quant.scale - 1 / 256) > 0.001 / 256 or quant.zero_point != -128:
        return f"scale {quant.scale:g}, zero point {quant.zero_point}"
    return None


def few_classes(op):
    """at most 4095 classes"""
    classes = op.input.hwc[2]
    return None if classes <= 4095 else f"{classes} classes"


def sharp_enough(op):
    """beta times the input's scale must be at least 2^-26"""
    sharpness = op.beta * op.input.quant.scale
    return None if sharpness >= 2 ** -26 else f"beta times scale is {sharpness:g}"


LIMITS = COMMON + (standard_output, few_classes, sharp_enough)
