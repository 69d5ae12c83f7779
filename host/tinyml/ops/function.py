# SPDX-License-Identifier: MIT
"""function: what a model's own arithmetic makes of each real number, rounded once."""
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tinyml.ops.common import BYTES, COMMON
from tinyml.ops.table import Table

FAR = 1e9                       # steps: what infinity is taken for


@dataclass(frozen=True, eq=False)
class Function(Table):
    """`of` takes and gives arrays of float32. `source`: the same as its importer's format has it."""

    of: Callable[[np.ndarray], np.ndarray]
    source: object = None

    def table(self) -> tuple[int, ...]:
        a, b = self.input.quant, self.output.quant
        reals = np.float32(a.scale) * np.float32(np.array(BYTES) - a.zero_point)
        with np.errstate(all="ignore"):         # of numbers that have no logarithm, no root
            steps = np.nan_to_num(np.float64(self.of(reals)) / b.scale, posinf=FAR, neginf=-FAR)
        return tuple(map(int, np.clip(np.rint(steps) + b.zero_point, -128, 127)))


LIMITS = COMMON
