# SPDX-License-Identifier: MIT
"""unsupported: an operator that we do not know. It is kept so that all of them can be listed."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor


@dataclass(frozen=True, eq=False)
class Unsupported(Op):
    """`kind` is the operator's name in the model's own format."""

    kind: str
    reads: tuple[Tensor, ...]

    @property
    def label(self):
        return self.kind


def known_operator(op):
    """use the operators of docs/OPS.md instead, or leave this part to Python"""
    return "this operator is not supported"


LIMITS = (known_operator,)
