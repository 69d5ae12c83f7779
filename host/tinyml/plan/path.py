# SPDX-License-Identifier: MIT
"""From the first task to the last: which stages, one behind the other."""
from operator import attrgetter

from tinyml.plan.stages import StageChoice

MORE = (0, .01, .02, .03, .05, .07, .09, .12, .15)     # than the least bytes

Path = tuple[StageChoice, ...]


def peak(path: Path) -> int:
    """The most bytes of a stage."""
    return max((stage.bytes for stage in path), default=0)


def total_cycles(path: Path) -> int:
    return sum(stage.cycles for stage in path)


def fastest(choices: list[StageChoice], tasks: int, most_bytes: int,
            most_extra: int | None = None, spent_by=attrgetter("cycles")) -> Path | None:
    """The path of fewest cycles (or of the least sum of something else) whose stages all keep to
    the bytes, and which computes at most so many products again; None if there is none."""
    ways: list[list] = [[] for _ in range(tasks + 1)]     # (cycles, extra, path from the end)
    ways[0] = [(0, 0, None)]
    for stage in sorted(choices, key=lambda stage: stage.first):
        if stage.bytes > most_bytes:
            continue
        for spent, extra, before in ways[stage.first]:
            new = spent + spent_by(stage), extra + stage.extra
            if most_extra is None or new[1] <= most_extra:
                _add(ways[stage.last + 1], (*new, (stage, before)), most_extra is None)
    if not ways[tasks]:
        return None
    chain, path = min(ways[tasks], key=lambda way: way[:2])[2], []
    while chain:
        stage, chain = chain
        path.append(stage)
    return tuple(reversed(path))


def _add(ways: list, way: tuple, only_cycles: bool) -> None:
    """Keeps a way if no other is better in cycles (and products), and drops those it beats."""
    if any(other[0] <= way[0] and (only_cycles or other[1] <= way[1]) for other in ways):
        return
    ways[:] = [other for other in ways
               if not (way[0] <= other[0] and (only_cycles or way[1] <= other[1]))] + [way]


def frontier(choices: list[StageChoice], tasks: int, most_bytes: int,
             most_extra: int | None = None) -> list[Path]:
    """The fastest path, the fastest one of fewer bytes, and so on down to the smallest."""
    paths = []
    while (path := fastest(choices, tasks, most_bytes, most_extra)) is not None:
        paths.append(path)
        if not path:                # a model without steps
            break
        most_bytes = peak(path) - 1
    return paths


def smallest(choices: list[StageChoice], tasks: int, most_extra: int | None = None) -> list[Path]:
    """Paths of rising bytes, the smallest first, each the fastest of its size: some more than the
    smallest, since where that one can't be placed without gaps another one may. So may the one
    whose stages have the fewest bytes together: it has the fewest whole tensors between stages."""
    sizes = sorted({stage.bytes for stage in choices}) or [0]
    low, high = 0, len(sizes) - 1
    while low < high:               # the least limit with which there is a path
        middle = (low + high) // 2
        if fastest(choices, tasks, sizes[middle], most_extra) is None:
            low = middle + 1
        else:
            high = middle
    limits = (int(sizes[low] * (1 + part)) for part in MORE)
    paths = (fastest(choices, tasks, limit, most_extra) for limit in limits)
    lean = fastest(choices, tasks, sizes[low], most_extra, attrgetter("bytes"))
    return list(dict.fromkeys(path for path in (lean, *paths) if path is not None))
