# SPDX-License-Identifier: MIT
"""Ticks of the memory maps."""
from dataclasses import dataclass

from tinyml.page.facts import PlanView
from tinyml.picture.axes import KIB, ticks, whole_step

ADDRESSES, OPS = 5, 12          # ticks at most


@dataclass(frozen=True)
class Axes:
    """`top`: bytes at the upper edge of maps that share a scale."""

    top: int

    def addresses(self, top: int) -> list[tuple[float, str]]:
        """(share of the height, label) for a map that ends at so many bytes."""
        unit = KIB if self.top >= 2 * KIB else 1
        return [(tick * unit / max(top, 1), f"{tick:,g}")
                for tick in ticks(0, top / unit, ADDRESSES)]

    @property
    def unit(self) -> str:
        return "KiB" if self.top >= 2 * KIB else "bytes"

    def ops(self, view: PlanView) -> list[tuple[float, int]]:
        """(share of the width, number) of the ops that are numbered."""
        count = len(view.rows)
        return [((number + .5) / count, number) for number in range(0, count,
                                                                    whole_step(count, OPS))]
