# SPDX-License-Identifier: MIT
"""What a picture of memory shows, as plain data: blocks of the arena, each alive for some steps."""
from dataclasses import dataclass

from tinyml.picture.axes import amount

KINDS = ("tensor", "ring", "data", "state")
NAMED = 4                       # blocks named at the peak; the others are counted


@dataclass(frozen=True)
class Block:
    """`size` bytes at `offset` of the arena, in use from step `first` to step `last`, both
    included. An input may begin at -1, an output may end after the last step. `kind` is one of
    KINDS."""

    name: str
    offset: int
    size: int
    first: int
    last: int
    kind: str = "tensor"

    def __post_init__(self):
        assert self.kind in KINDS and self.offset >= 0 and self.size >= 0, self
        assert self.first <= self.last, self


@dataclass(frozen=True)
class Peak:
    """The steps `first` to `last`, both included, that need the most bytes, and what they need."""

    first: int
    last: int
    bytes: int
    blocks: tuple[Block, ...]   # largest first

    @property
    def ops(self) -> str:
        """`op 7`, or `ops 3-9` where the same blocks stay for several."""
        return f"op {self.first}" if self.first == self.last else f"ops {self.first}-{self.last}"

    def name(self, most: int = NAMED) -> str:
        """`op 7: 48x48x24 + 48x48x8`, with at most `most` terms."""
        shown = len(self.blocks) if len(self.blocks) <= most else most - 1
        names = [block.name for block in self.blocks[:shown]]
        if shown < len(self.blocks):
            names.append(f"{len(self.blocks) - shown} more")
        return f"{self.ops}: {' + '.join(names) or 'nothing'}"

    @property
    def size(self) -> str:
        """`72.0 KiB`, with a word where blocks share bytes, so that their sum is more."""
        shares = sum(block.size for block in self.blocks) > self.bytes
        return amount(self.bytes) + (" (in place)" if shares else "")


@dataclass(frozen=True)
class MemoryChart:
    """One plan: the names of its steps in order, its blocks, and the arena that holds them."""

    title: str
    steps: tuple[str, ...]
    blocks: tuple[Block, ...]
    arena_bytes: int

    def __post_init__(self):
        for block in self.blocks:
            assert block.offset + block.size <= self.arena_bytes, block

    @property
    def columns(self) -> int:
        """Steps to draw: a model of no steps still has its input."""
        return max(1, len(self.steps))

    def alive(self, step: int) -> tuple[Block, ...]:
        """The blocks in use at a step, largest first."""
        found = (block for block in self.blocks if block.first <= step <= block.last)
        return tuple(sorted(found, key=lambda block: (-block.size, block.offset, block.name)))

    def bytes_at(self, step: int) -> int:
        """Bytes in use at a step; those that two blocks share (work in place) count once."""
        used = end = 0
        for block in sorted(self.alive(step), key=lambda block: block.offset):
            used += max(0, block.offset + block.size - max(end, block.offset))
            end = max(end, block.offset + block.size)
        return used

    def peak(self) -> Peak:
        """The first steps that need the most bytes."""
        sizes = [self.bytes_at(step) for step in range(self.columns)]
        first = last = sizes.index(max(sizes))
        blocks = self.alive(first)
        while last + 1 < self.columns and self.alive(last + 1) == blocks:
            last += 1
        return Peak(first, last, sizes[first], blocks)
