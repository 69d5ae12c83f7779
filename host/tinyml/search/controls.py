# SPDX-License-Identifier: MIT
"""What a search has to beat, by the same recipe and planner: MobileNetV2s scaled by hand to the
budget, and nets of the searched space drawn by chance."""
from collections.abc import Iterator
from functools import partial
from random import Random

from tinyml.search.executor import Executor
from tinyml.search.goal import Finder, Found, Goal
from tinyml.search.journal import Journal
from tinyml.search.keys import seed_of
from tinyml.search.net import Block, Conv, Net, Pair
from tinyml.search.space import channels, side_of

# Rows of MobileNetV2 (arXiv 1801.04381): expansion, channels, blocks; and one of half the depth.
TABLES = {"full": ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1)),
          "half": ((1, 16, 1), (6, 24, 1), (6, 32, 2), (6, 64, 2), (6, 96, 2), (6, 160, 1))}
# Its own strides are for 224 pixels; of the stem and of each row, for small pictures:
STRIDES = {"A": (2, 1, 1, 2, 2, 1, 1, 1), "B": (1, 1, 1, 2, 2, 1, 2, 1), "C": (2, 1, 2, 2, 2, 1, 1, 1),
           "D": (1, 1, 2, 2, 2, 1, 1, 1), "E": (1, 2, 2, 2, 1, 1, 2, 1), "own": (2, 1, 2, 2, 2, 1, 2, 1)}
WIDTHS = tuple(hundredths / 100 for hundredths in range(5, 145, 5))
INPUTS = (0.5, 0.625, 0.75, 0.875, 1.0)     # shares of the sides that the data have
STEM, HEAD = 32, 1280           # channels; the head may be left out
DRAWS = 1000                    # nets drawn for each one wanted by chance


def hand_scaled(goal: Goal, executor: Executor, journal: Journal) -> list[Found]:
    """Of each table and each pattern of strides the net with the most products that fits; those
    with the most first."""
    best = []
    for table in TABLES:
        for pattern in STRIDES:
            nets = sorted(_family(goal, table, pattern), key=lambda named: (-named[1].products, named[0]))
            finder = Finder(goal, executor, journal, f"controls/{table}/{pattern}")
            best += finder.find(iter(nets), 1, len(nets))
    return sorted(best, key=lambda one: (-one.net.products, one.origin))


def by_chance(goal: Goal, executor: Executor, journal: Journal, count: int, seed: int = 0) -> list[Found]:
    """The first nets drawn from the space that fit."""
    rng = Random(seed_of("by chance", seed))
    drawn = iter(partial(goal.space.sample, rng), None)
    finder = Finder(goal, executor, journal, f"controls/chance/{seed}")
    return finder.find(((genes, goal.net(genes)) for genes in drawn), count, DRAWS * count)


def _family(goal: Goal, table: str, pattern: str) -> Iterator[tuple[str, Net]]:
    """All widths and inputs, with a head and without."""
    for width in WIDTHS:
        for share in INPUTS:
            sides = tuple(side_of(side, share) for side in goal.shape[:2])
            for head in (0, scaled(HEAD, width)):
                name = (f"MobileNetV2 {table} {pattern} {width:.2f}, {sides[0]}x{sides[1]}"
                        f"{', head' if head else ''}")
                parts = _parts(TABLES[table], STRIDES[pattern], width, head, goal.space.dimensions)
                yield name, Net((*sides, goal.shape[2]), parts, goal.classes)


def _parts(table, strides, width: float, head: int, dimensions: int) -> tuple[Conv | Block, ...]:
    def pair(size: int) -> Pair:
        return size, size if dimensions == 2 else 1

    given = scaled(STEM, width)
    parts: list[Conv | Block] = [Conv("stem", pair(3), pair(strides[0]), given)]
    for row, ((expansion, base, blocks), stride) in enumerate(zip(table, strides[1:])):
        for block in range(blocks):
            made, step = scaled(base, width), 1 if block else stride
            parts.append(Block(f"stage{row}.block{block}", pair(3), pair(step), given * expansion, made,
                               skip=step == 1 and made == given))
            given = made
    if head:
        parts.append(Conv("head", (1, 1), (1, 1), head))
    return tuple(parts)


def scaled(base: int, width: float) -> int:
    """As MobileNetV2 rounds: never a tenth less than asked for."""
    made = channels(base * width)
    return made if made >= 0.9 * base * width else made + 4
