# SPDX-License-Identifier: MIT
"""Limits that many families share, and how a fused activation bounds an int8 output."""
import numpy as np

from tinyml.ir import Quant

RANGES = {"int8": (-128, 127), "uint8": (0, 255)}


def int8_activations(op):
    """activations must be int8: quantise the model fully (int8 in and out)"""
    for tensor in (*op.inputs, op.output):
        if tensor.dtype != "int8":
            return f"`{tensor.name}` is {tensor.dtype}"
        if wrong := wrong_scale(tensor):
            return wrong
    return None


def wrong_scale(tensor):
    """What is wrong with the scale or the zero point of a tensor of bytes."""
    if not has_one_scale(tensor):
        return f"`{tensor.name}` has no scale, or several"
    low, high = RANGES[tensor.dtype]
    zero = tensor.quant.zero_point
    return None if low <= zero <= high else f"`{tensor.name}` has zero point {zero}"


def has_one_scale(tensor):
    return tensor.quant is not None and len(tensor.quant.scales) == 1 and tensor.quant.scale > 0


def int8_constants(op):
    """a constant operand must be int8 with one scale, and have no more than 4 axes"""
    for tensor in op.operands:
        sound = tensor.dtype == "int8" and not wrong_scale(tensor) and len(tensor.shape) <= 4
        if tensor.data is not None and not sound:
            return f"`{tensor.name}` is {tensor.dtype}, {len(tensor.shape)} axes"
    return None


def an_activation(op):
    """one of the two operands must be an activation"""
    return None if op.inputs else "two constants"


def computed_input(op):
    """the first input must be an activation: a constant one is not folded"""
    return None if op.input.data is None else f"`{op.input.name}` is a constant"


def batch_of_one(op):
    """the batch must be 1, known when the model is packed"""
    for tensor in (*op.inputs, op.output):
        if len(tensor.shape) == 4 and tensor.shape[0] != 1:
            return f"`{tensor.name}` has shape {'x'.join(map(str, tensor.shape))}"
    return None


def dimensions_fit(op):
    """no axis may be longer than 65535, no tensor have more than 4 axes or an empty one"""
    for tensor in (*op.inputs, op.output):
        if len(tensor.shape) > 4 or not all(1 <= size <= 65535 for size in tensor.shape):
            return f"`{tensor.name}` has shape {'x'.join(map(str, tensor.shape))}"
    return None


def shapes_agree(op):
    """an output's shape must follow from the inputs: export the model again"""
    found, wanted = op.output.hwc, op.result()
    if found == wanted:
        return None
    return f"output of {'x'.join(map(str, found))}, {'x'.join(map(str, wanted))} follows"


def slid(size: int, window: int, stride: int, padding: int) -> int:
    """Places of a window along an axis; `padding` is that of both ends together."""
    return (size + padding - window) // max(stride, 1) + 1


def slid_over(op, window) -> tuple[int, int]:
    """(height, width) of the output of an op with a window."""
    height, width, _ = op.input.hwc
    return (slid(height, window[0], op.stride[0], op.pad.top + op.pad.bottom),
            slid(width, window[1], op.stride[1], op.pad.left + op.pad.right))


def int8_weights(op):
    """weights must be constant int8 with zero point 0, or uint8: quantise weights per channel"""
    weights = op.weights
    if weights.data is None:
        return f"weights `{weights.name}` are computed at run time"
    if weights.quant is None or weights.dtype != "int8" and not _has_nine_bits(weights):
        return f"weights `{weights.name}` are {weights.dtype}"
    if any(weights.quant.zero_points):
        return f"weights `{weights.name}` have zero point {max(weights.quant.zero_points, key=abs)}"
    if len(weights.quant.scales) not in (1, op.output.hwc[2]):
        return f"weights `{weights.name}` have {len(weights.quant.scales)} scales"
    if min(weights.quant.scales) < 0 and (weights.data == -128).any():
        return f"weights `{weights.name}` have a negative scale and hold -128"
    return None


def _has_nine_bits(weights):
    """As those of uint8 have, less their zero point."""
    return weights.dtype == "int16" and np.abs(weights.data.astype(int)).max(initial=0) <= 255


def int32_bias(op):
    """a bias must be constant int32, one number per output channel"""
    if op.bias is None:
        return None
    if op.bias.elements != op.output.hwc[2]:
        return f"bias `{op.bias.name}` has {op.bias.elements} numbers"
    if op.bias.data is not None and op.bias.dtype == "int32":
        return None
    return f"bias `{op.bias.name}` is {op.bias.dtype}{'' if op.bias.data is not None else ', computed'}"


def small_strides(op):
    """strides from 1 to 255"""
    return None if all(1 <= step <= 255 for step in op.stride) else f"stride {op.stride[0]}x{op.stride[1]}"


def known_activation(op):
    """fused activations: none, relu, relu6, relu_n1_to_1"""
    return None if op.activation in ACTIVATIONS else f"fused {op.activation}"


def same_scale(op):
    """input and output must have the same scale and zero point"""
    a, b = op.inputs[0].quant, op.output.quant
    if abs(a.scale - b.scale) > 1e-6 or a.zero_point != b.zero_point:
        return f"scale {a.scale:g} and {b.scale:g}, zero point {a.zero_point} and {b.zero_point}"
    return None


BYTES = range(-128, 128)        # what a byte may hold, read as int8
COMMON = (int8_activations, batch_of_one, dimensions_fit, computed_input, shapes_agree)
FOUNDATIONS = (int8_activations, int8_constants, an_activation, batch_of_one, dimensions_fit,
               computed_input, int8_weights, int32_bias)
"""Limits that later ones of an op rest on: where one of these is broken they are not asked."""
ACTIVATIONS = {"none": (None, None), "relu": (0, None), "relu6": (0, 6), "relu_n1_to_1": (-1, 1)}


def activation_range(activation: str, quant: Quant) -> tuple[int, int]:
    """The int8 range of a fused activation: TensorFlow Lite's rounding, in float32."""
    low, high = ACTIVATIONS[activation]

    def quantised(value):
        ratio = np.float32(value) / np.float32(quant.scale)
        return quant.zero_point + int(np.copysign(np.floor(np.abs(ratio) + np.float32(0.5)), ratio))
    return (-128 if low is None else max(-128, quantised(low)),
            127 if high is None else min(127, quantised(high)))


def real_multiplier(op, weight_scale: float) -> float:
    """From the scale of a sum of products to that of the output, in double precision."""
    return op.input.quant.scale * weight_scale / op.output.quant.scale
