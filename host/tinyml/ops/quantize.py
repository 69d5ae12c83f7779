# SPDX-License-Identifier: MIT
"""quantize: another scale, another type. At the border of a model, float32 as well."""
from dataclasses import dataclass
from itertools import pairwise

from tinyml.fixed_point import output_byte, quantize_multiplier
from tinyml.ir import Quant
from tinyml.ops.common import (BYTES, RANGES, batch_of_one, computed_input, dimensions_fit,
                               shapes_agree, wrong_scale)
from tinyml.ops.table import Table


@dataclass(frozen=True)
class Format:
    """How bytes are read."""

    dtype: str
    quant: Quant


@dataclass(frozen=True, eq=False)
class Quantize(Table):
    """QUANTIZE and DEQUANTIZE. `through`: types and scales on the way, each of which rounds."""

    through: tuple[Format, ...] = ()

    @property
    def formats(self) -> tuple[Format, ...]:
        """From the input's to the output's."""
        ends = [Format(tensor.dtype, tensor.quant) for tensor in (self.input, self.output)]
        return ends[0], *self.through, ends[1]

    def table(self) -> tuple[int, ...]:
        table = tuple(BYTES)
        for old, new in pairwise(self.formats):
            step = _converted(old, new)
            table = tuple(step[byte] for byte in table)
        return table


def _converted(old: Format, new: Format) -> dict[int, int]:
    """What a byte becomes, both read as int8."""
    factor = quantize_multiplier(old.quant.scale / new.quant.scale)

    def convert(byte):
        value = byte % 256 if old.dtype == "uint8" else byte
        value = output_byte(value - old.quant.zero_point, factor, new.quant.zero_point,
                            *RANGES[new.dtype])
        return value - 256 if value > 127 else value
    return {byte: convert(byte) for byte in BYTES}


def eight_bits_inside(op):
    """inside a model both types must be int8 or uint8; float32 only as its input or output"""
    for tensor in (op.input, op.output):
        if tensor.dtype not in ("int8", "uint8"):
            return f"`{tensor.name}` is {tensor.dtype}"
        if wrong := wrong_scale(tensor):
            return wrong
    return None


LIMITS = (eight_bits_inside, batch_of_one, dimensions_fit, computed_input, shapes_agree)
