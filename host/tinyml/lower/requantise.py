# SPDX-License-Identifier: MIT
"""The parameters of convolution-like steps: weights and biases as kernels want them, and what they
may take for granted."""
from dataclasses import dataclass, replace

import numpy as np

from tinyml.fixed_point import output_byte, quantize_multiplier, wrap32
from tinyml.lower.numbers import clamp_numbers
from tinyml.lower.weights import padded, wraps
from tinyml.ops.common import real_multiplier

QUICK_SHIFTS = range(-24, 0)
QUICK_SUM = 1 << 30
QUICK_PRODUCTS = 1 << 23        # the sums of two channels in 32 bits, at any depth
HALF = 1 << 30                  # the multiplier 0.5, in Q0.31


@dataclass(frozen=True)
class Filters:
    """What the output channels of an op sum up, one row of weights each, and how each sum becomes
    a byte. A multiplier is in 0.5 ... 1; `quick` and `clamps` are fields of the format."""

    weights: np.ndarray             # (channels, inputs) int8; int16 of depthwise_wide
    bias: np.ndarray
    mult: np.ndarray
    shift: np.ndarray
    quick: int
    clamps: int

    @property
    def has_one_factor(self) -> bool:
        """Whether all channels have the same multiplier and shift."""
        return len(set(zip(self.mult.tolist(), self.shift.tolist()))) == 1

    def arrays(self, multiple: int) -> dict[str, np.ndarray]:
        """bias, mult and shift, with idle channels up to a multiple."""
        return {"bias": padded(self.bias, multiple, 0),
                "mult": padded(self.mult, multiple, 2 * HALF),
                "shift": padded(self.shift, multiple, -1)}


def filters(op, rows: np.ndarray) -> Filters:
    """The filters of an op; `rows` are its weights, (channels, inputs).

    The bias takes in the input's zero point: sum((x - zp) * w) = sum(x * w) - zp * sum(w), with
    padding that holds zp. It wraps at 32 bits, as the sums of the kernels do.
    """
    scales = op.weights.quant.scales
    factors = [quantize_multiplier(real_multiplier(op, scale))
               for scale in (scales * len(rows) if len(scales) == 1 else scales)]
    biases = np.zeros(len(rows), np.int64) if op.bias is None else op.bias.data.reshape(-1)
    settled = [_settled(op, row.astype(np.int64), int(bias), *factor)
               for row, bias, factor in zip(rows, biases, factors, strict=True)]
    weights, bias, mult, shift = zip(*settled)
    made = Filters(np.array(weights, rows.dtype), np.array(bias, np.int32),
                   np.array(mult, np.int64).astype(np.uint32) * np.uint32(2),
                   np.array(shift, np.int8), 0, 0)
    limited = tuple(clamp_numbers(op).values()) != (-128, 127)
    return replace(made, quick=_quick(op, made), clamps=int(limited))


def _settled(op, row, bias: int, mult: int, shift: int):
    """One channel: its multiplier made positive, its sum made small where it is a constant."""
    bias = wrap32(bias - op.input.quant.zero_point * int(row.sum()))
    if mult < 0:
        row, bias, mult = -row, wrap32(-bias), -mult
    if mult == 0 or not row.any():
        zero_point = op.output.quant.zero_point
        low, high = clamp_numbers(op).values()
        byte = output_byte(bias, (mult, shift), zero_point, low, high)
        return 0 * row, 4 * (byte - zero_point), HALF, -1
    return row, bias, mult, shift


def _quick(op, made: Filters) -> int:
    """How much of requantising may be left out: see docs/KERNELS.md."""
    products = 128 * np.abs(made.weights.astype(np.int64)).sum(axis=1)
    sums = np.abs(made.bias.astype(np.int64)) + products
    if (sums.max() > QUICK_SUM or products.max() >= QUICK_PRODUCTS or wraps(made.weights)
            or not all(int(shift) in QUICK_SHIFTS for shift in made.shift)):
        return 0
    roundings = 255 << (-made.shift.astype(np.int64) - 1)       # with a zero point
    if (sums + 1 + roundings).max() >= 1 << 31:
        return 0
    return 2 if op.output.quant.zero_point == -128 else 1
