# SPDX-License-Identifier: MIT
"""shape: arithmetic on shapes (SHAPE, STRIDED_SLICE, PACK of int32). All of it folds away."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor


@dataclass(frozen=True, eq=False)
class Shape(Op):
    """Some function of shapes; shapes are known when a model is packed."""

    reads: tuple[Tensor, ...]


def folds_away(op):
    """its result may only say what shape a RESHAPE has"""
    return "its result is used as data"


LIMITS = (folds_away,)
