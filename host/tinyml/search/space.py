# SPDX-License-Identifier: MIT
"""A space of networks: what may vary, as an alphabet for each gene.

Genes are one flat dictionary, so sampling, mutation and crossover need not know what they mean:
`{"input": 0.75, "stem.width": 1.0, "stage0.depth": 2, "stage0.block1.kernel": 5, ...}`. Genes of
blocks beyond a stage's depth sleep. Parts are named by their position, so that a supernet's
weights are found by name: the first channels and the middle of the kernel of the largest net's.

Alphabets of blocks differ before and after the map has shrunk (redistribution of the receptive
field, MCUNetV2, arXiv 2110.15352): early, rows are long, and a k x k kernel keeps k - 1 of them.

Where maps shrink, and where a stage begins with a convolution of all channels, is no gene but a
layout: maps of other sizes want other weights, and a supernet has one of each.
"""
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from tinyml.errors import SearchError
from tinyml.search.net import Block, Conv, Net, Pair, Shape

Genes = dict[str, int | float | bool]
STEP = 4                        # kernels like channels in multiples of it


@dataclass(frozen=True)
class Stem:
    """The first convolution. `widths`: shares of `channels`."""

    kernels: tuple[int, ...]
    channels: int
    widths: tuple[float, ...]


@dataclass(frozen=True)
class Blocks:
    """What inverted residuals may have."""

    kernels: tuple[int, ...]
    expansions: tuple[int, ...]


@dataclass(frozen=True)
class Stage:
    """`depths` blocks. `skips`: whether later ones add their input, and so have its channels;
    without they have some of `widths` themselves."""

    channels: int
    depths: tuple[int, ...]
    widths: tuple[float, ...]
    skips: tuple[bool, ...]


@dataclass(frozen=True)
class Layout:
    """`strides` of the stem and of each stage's first block; `plain`: whether that is no block but a
    convolution, with one of the stem's kernels. That has more weights than a block, and its products
    take a fraction of the cycles that those of a depthwise convolution do."""

    strides: tuple[int, ...]
    plain: tuple[bool, ...]


@dataclass(frozen=True)
class Space:
    """`dimensions`: 2, or 1 where time runs down the rows of one column. `inputs`: shares of the
    sides that the data have. `scales`: of all channels, and `layouts`: for choose.py; nets are of
    the first. `shrunk`: from the map on that is so many times smaller than the input, blocks are
    `late`."""

    name: str
    dimensions: int
    inputs: tuple[float, ...]
    scales: tuple[float, ...]
    layouts: tuple[Layout, ...]
    shrunk: int
    stem: Stem
    early: Blocks
    late: Blocks
    stages: tuple[Stage, ...]

    @cached_property
    def alphabets(self) -> dict[str, tuple]:
        """Of each gene, what it may be."""
        made = {"input": self.inputs, "stem.kernel": self.stem.kernels,
                "stem.width": self.stem.widths}
        shrunk = self.layout.strides[0]
        for number, (stage, stride, plain) in enumerate(self._stages()):
            made[f"stage{number}.depth"] = stage.depths
            for block in range(max(stage.depths)):
                name = f"stage{number}.block{block}"
                kinds = self.late if shrunk >= self.shrunk else self.early
                if plain and not block:
                    made[f"{name}.kernel"] = self.stem.kernels
                else:
                    made |= {f"{name}.kernel": kinds.kernels, f"{name}.expansion": kinds.expansions}
                if block:
                    made[f"{name}.skip"] = stage.skips
                else:
                    shrunk *= stride
                if not block or False in stage.skips:
                    made[f"{name}.width"] = stage.widths
        return made

    def sample(self, rng: Random) -> Genes:
        """Any of all, every letter of an alphabet as likely."""
        return {name: rng.choice(letters) for name, letters in self.alphabets.items()}

    def mutate(self, genes: Genes, rng: Random, rate: float = 0.12) -> Genes:
        """Each gene is drawn again with a probability of `rate`."""
        return {name: rng.choice(letters) if rng.random() < rate else genes[name]
                for name, letters in self.alphabets.items()}

    def cross(self, mother: Genes, father: Genes, rng: Random) -> Genes:
        """Each gene is one parent's or the other's."""
        return {name: rng.choice((mother[name], father[name])) for name in self.alphabets}

    def largest(self) -> Genes:
        """Its net holds every other's: no layer of the same name is larger."""
        return {name: max(letters) for name, letters in self.alphabets.items()}

    def smallest(self) -> Genes:
        """No net has fewer channels, taps, blocks or pixels."""
        return {name: min(letters) for name, letters in self.alphabets.items()}

    def require(self, genes: Genes) -> Genes:
        """The genes, if they are of this space. Raises SearchError."""
        for name, letters in self.alphabets.items():
            if genes.get(name) not in letters:
                raise SearchError(f"gene `{name}` is {genes.get(name)}: space `{self.name}` has "
                                  f"{', '.join(map(str, letters))}")
        if unknown := set(genes) - set(self.alphabets):
            raise SearchError(f"space `{self.name}` has no gene `{min(unknown)}`")
        return genes

    @property
    def layout(self) -> Layout:
        """Of its nets."""
        return self.layouts[0]

    def narrowed(self, layout: int, scale: float, share: float) -> "Space":
        """The part of it with one layout, one scale of all channels and one size of the input."""
        stages = tuple(replace(stage, channels=channels(stage.channels * scale))
                       for stage in self.stages)
        return replace(self, layouts=(self.layouts[layout],), inputs=(share,), scales=(1.0,),
                       stages=stages,
                       stem=replace(self.stem, channels=channels(self.stem.channels * scale)))

    def net(self, genes: Genes, shape: Shape, classes: int) -> Net:
        """What the genes stand for, of data of a shape."""
        if self.dimensions == 1 and shape[1] != 1:
            raise SearchError(f"space `{self.name}` is for sequences: rows of one column, not "
                              f"{'x'.join(map(str, shape))}")
        given = channels(self.stem.channels * genes["stem.width"])
        parts: list[Conv | Block] = [Conv("stem", self._pair(genes["stem.kernel"]),
                                          self._pair(self.layout.strides[0]), given)]
        for number, (stage, stride, plain) in enumerate(self._stages()):
            for block in range(genes[f"stage{number}.depth"]):
                name = f"stage{number}.block{block}"
                skip = bool(block) and bool(genes[f"{name}.skip"])
                made = given if skip else channels(stage.channels * genes[f"{name}.width"])
                window = self._pair(genes[f"{name}.kernel"]), self._pair(1 if block else stride)
                if plain and not block:
                    parts.append(Conv(name, *window, made))
                else:
                    parts.append(Block(name, *window, given * genes[f"{name}.expansion"], made, skip))
                given = made
        sides = (side_of(side, genes["input"]) for side in shape[:2])
        return Net((*sides, shape[2]), tuple(parts), classes)

    def _stages(self) -> Iterator[tuple[Stage, int, bool]]:
        """Each stage, with the stride of its first block and whether that is plain."""
        return zip(self.stages, self.layout.strides[1:], self.layout.plain, strict=True)

    def _pair(self, size: int) -> Pair:
        return (size, size if self.dimensions == 2 else 1)


def channels(wanted: float) -> int:
    """The nearest number of channels that kernels like."""
    return max(STEP, int(wanted / STEP + 0.5) * STEP)


def side_of(side: int, share: float) -> int:
    """A side of the input at a share of what the data have."""
    return side if share == 1 or side == 1 else min(side, channels(side * share))
