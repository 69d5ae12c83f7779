# SPDX-License-Identifier: MIT
"""relu -> lookup, where it could not be fused."""
from tinyml.lower.fixed_point import requantise
from tinyml.lower.quantize import lookup
from tinyml.lower.requantise import quantize_multiplier
from tinyml.ops.common import activation_range


def lower(op):
    """One step, in place. relu requantises; relu6 only clamps, by the scale of its input."""
    a, b = op.input.quant, op.output.quant
    if op.activation == "relu6":
        low, high = activation_range("relu6", a)
        yield lookup(op, [max(low, min(high, byte)) for byte in range(-128, 128)])
        return
    mult, shift = quantize_multiplier(a.scale / b.scale)
    low, high = activation_range("relu", b)
    yield lookup(op, [max(low, min(high, requantise(byte - a.zero_point, mult, shift)
                                   + b.zero_point)) for byte in range(-128, 128)])
