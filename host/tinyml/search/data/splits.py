# SPDX-License-Identifier: MIT
"""Items in parts. What belongs together, a person's or of one recording, stays together: otherwise a
model is asked about what it has as good as seen."""
import random
from collections import defaultdict

import numpy as np

FEWEST = 3                      # groups that can be told apart: one for each part


def split(y: np.ndarray, groups: np.ndarray | None, shares: tuple[float, ...], seed: int
          ) -> list[np.ndarray]:
    """The items of each part, in order: as many as its share of all says, and the rest last. Where no
    group has several classes, every class has its share of each part."""
    if groups is None or len(set(groups.tolist())) < FEWEST:
        groups = np.arange(len(y))
    members = defaultdict(list)
    for item, group in enumerate(groups.tolist()):
        members[group].append(item)
    pure = all(len(set(y[items].tolist())) == 1 for items in members.values())
    strata = defaultdict(list)
    for group in sorted(members):
        strata[int(y[members[group][0]]) if pure else 0].append(group)
    parts = [[] for _ in range(len(shares) + 1)]
    for stratum in sorted(strata):
        rng = random.Random(f"{seed} {stratum}")
        rng.shuffle(strata[stratum])
        _deal([members[group] for group in strata[stratum]], shares, parts)
    return [np.sort(np.array(part, np.int64)) for part in parts]


def _deal(groups: list[list[int]], shares: tuple[float, ...], parts: list[list[int]]) -> None:
    """Each part gets whole groups until it has its share, but leaves one for each of those behind."""
    total, at = sum(map(len, groups)), 0
    for number, share in enumerate(shares):
        had = 0
        while at < len(groups) - (len(shares) - number) and (
                had + len(groups[at]) / 2 <= share * total or not had):
            parts[number] += groups[at]
            had += len(groups[at])
            at += 1
    for group in groups[at:]:
        parts[-1] += group
