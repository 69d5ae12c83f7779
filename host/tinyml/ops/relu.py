# SPDX-License-Identifier: MIT
"""relu: an activation that stands alone. Where its scale allows, it joins the op before it."""
from dataclasses import dataclass

from tinyml.ir import Op, Tensor
from tinyml.ops.common import COMMON


@dataclass(frozen=True, eq=False)
class Relu(Op):
    """relu or relu6."""

    input: Tensor
    activation: str


LIMITS = COMMON
