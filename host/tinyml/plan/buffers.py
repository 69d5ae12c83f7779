# SPDX-License-Identifier: MIT
"""What is to be placed, and a placement of it."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Buffer:
    """`size` bytes that must stay from time `first` to time `last`, both included."""

    name: str
    size: int
    first: int
    last: int
    align: int = 4

    def meets(self, other: "Buffer") -> bool:
        """Whether both are alive at some time."""
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Placement:
    """An offset for every buffer, in their order. `proven`: no smaller arena exists."""

    offsets: tuple[int, ...]
    arena_bytes: int
    proven: bool


def live_bytes(buffers) -> int:
    """The most bytes alive at one time: no placement can be smaller."""
    return max((sum(b.size for b in buffers if b.first <= start.first <= b.last)
                for start in buffers), default=0)
