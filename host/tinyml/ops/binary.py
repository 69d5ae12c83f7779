# SPDX-License-Identifier: MIT
"""binary: difference, squared difference, product, maximum, minimum of two tensors; prelu."""
from dataclasses import dataclass

from tinyml.ops.pair import KEEPERS, PAIR_LIMITS, Pair


@dataclass(frozen=True, eq=False)
class Binary(Pair):
    """`kind`: one of KINDS. prelu's second operand is what numbers below 0 are multiplied by."""

    kind: str = ""

    @property
    def label(self) -> str:
        return self.kind


def kept_scale(op):
    """maximum and minimum: operands and output must have one scale and zero point"""
    quants = [tensor.quant for tensor in (*op.operands, op.output)]
    if op.kind not in KEEPERS or all(quant == quants[0] for quant in quants):
        return None
    return ", ".join(f"{quant.scale:g} ({quant.zero_point})" for quant in quants)


LIMITS = PAIR_LIMITS + (kept_scale,)
