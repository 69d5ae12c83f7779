# SPDX-License-Identifier: MIT
"""What is to be placed, what may overlap, a placement, its check, and a bound on its size."""
from collections.abc import Mapping
from dataclasses import dataclass

# (low, high), as places in a tuple of buffers -> how many bytes `high` begins above `low`, or more.
Gaps = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Buffer:
    """`size` bytes that must stay from time `first` to time `last`, both included. What
    is the caller's may be written at any time, so it shares no byte with data."""

    name: str
    size: int
    first: int
    last: int
    align: int = 1
    is_callers: bool = False
    is_data: bool = False

    def meets(self, other: "Buffer") -> bool:
        """Whether both are alive at some time, or are to be kept apart."""
        return (self.first <= other.last and other.first <= self.last
                or self.is_data and other.is_callers or self.is_callers and other.is_data)


@dataclass(frozen=True)
class Placement:
    """An offset for every buffer, in their order. `proven`: no smaller arena exists."""

    offsets: tuple[int, ...]
    arena_bytes: int
    proven: bool


def check_placement(buffers: tuple[Buffer, ...], gaps: Gaps, placement: Placement) -> Placement:
    """The placement itself; AssertionError if a buffer lies badly or two come too close."""
    offsets = placement.offsets
    assert len(offsets) == len(buffers), "not one offset for each buffer"
    for i, (b, offset) in enumerate(zip(buffers, offsets)):
        assert offset % b.align == 0, f"{b.name} is not aligned to {b.align}"
        assert 0 <= offset <= placement.arena_bytes - b.size, f"{b.name} leaves the arena"
        for j in range(i):
            if (max(b.first, buffers[j].first) <= min(b.last, buffers[j].last)
                    or (b.is_data or buffers[j].is_data)
                    and (b.is_callers or buffers[j].is_callers)):
                above = offset - offsets[j] >= gaps.get((j, i), buffers[j].size)
                below = offsets[j] - offset >= gaps.get((i, j), b.size)
                assert above or below, f"{b.name} and {buffers[j].name} come too close"
    return placement


def live_bytes(buffers: tuple[Buffer, ...], gaps: Gaps = {}) -> int:
    """A bound: no placement is smaller than what must be alive at one of the times."""
    shared = _shared_bytes(buffers, gaps)
    return max((_union_bytes(buffers, shared, [i for i, b in enumerate(buffers)
                                               if b.first <= time <= b.last])
                for time in {b.first for b in buffers}), default=0)


def _shared_bytes(buffers, gaps) -> dict[tuple[int, int], int]:
    """The most bytes that two buffers can share, the greatest first; pairs are (less, more)."""
    shared = {}
    for (low, high), gap in gaps.items():
        most = min(buffers[low].size - gap, buffers[high].size)
        pair = min(low, high), max(low, high)
        if most > shared.get(pair, 0):
            shared[pair] = most
    return dict(sorted(shared.items(), key=lambda item: -item[1]))


def _union_bytes(buffers, shared, alive) -> int:
    """The fewest bytes that the buffers alive at one time cover, or some fewer.

    By rising offset, a buffer shares with all below it together what it shares with one of them,
    the one that reaches highest. So at most the pairs of a forest count: the heaviest is a bound.
    """
    group = {i: ([i], buffers[i].size) for i in alive}      # who shares, and the bytes they cover
    for (i, j), most in shared.items():
        if i in group and j in group and group[i] is not group[j]:
            joined = group[i][0] + group[j][0], group[i][1] + group[j][1] - most
            group.update(dict.fromkeys(joined[0], joined))
    groups = {id(one): one for one in group.values()}.values()
    return sum(max(covered, _apart_bytes(buffers, shared, members)) for members, covered in groups)


def _apart_bytes(buffers, shared, members) -> int:
    """The bytes of some members that share nothing with each other, big ones first."""
    apart: list[int] = []
    for i in sorted(members, key=lambda i: -buffers[i].size):
        if not any((min(i, j), max(i, j)) in shared for j in apart):
            apart.append(i)
    return sum(buffers[i].size for i in apart)
