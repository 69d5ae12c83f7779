# SPDX-License-Identifier: MIT
"""How much of a tensor is kept. A ring holds the last `pixels` pixels of it, in order."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Ring:
    """`pixels` of a tensor's height x width pixels, `channels` bytes each."""

    height: int
    width: int
    channels: int
    pixels: int

    @property
    def size(self) -> int:
        """Bytes."""
        return self.pixels * self.channels


def whole(hwc: tuple[int, int, int]) -> Ring:
    """The ring that keeps a tensor whole: what a tensor between two stages needs."""
    height, width, channels = hwc
    return Ring(height, width, channels, height * width)
