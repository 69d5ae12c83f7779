# SPDX-License-Identifier: MIT
"""How near a stage's whole output may come to a whole tensor that the stage reads for the last time,
and which it may run over as far as that is dead."""
from functools import lru_cache

import numpy as np

from tinyml.plan.rings import (MOST_SPANS, Stage, Way, after, all_firings, edge_firings, end_of,
                               oldest, pull)


def least_gap(stage: Stage, held: int, sink: int, needed: dict[int, tuple]) -> int | None:
    """By how many bytes the whole tensor `held` must begin behind the whole output of `sink`, so
    that the output, growing, never runs over what is still read. None: it must not overlap.

    `needed` is what `pull` gave for the firings of `sink`. Every reader of `held` must be in the
    stage.
    """
    problem, task = stage.problem, stage.task(sink)
    shape, readers = problem.shapes[held], _that_wait(stage, held, sink)
    if not readers:
        return 0 if task.shape == shape else None
    race = _race(stage, readers, sink, shape, needed)
    return race and max(0, int((race[0] * task.shape[2] - race[1] * shape[2]).max()))


def least_gap_of_edges(stage: Stage, held: int, sink: int) -> int | None:
    """The same, nearly, from the firings at the edges of the output."""
    problem, task = stage.problem, stage.task(sink)
    shape, readers = problem.shapes[held], _that_wait(stage, held, sink)
    if not readers:
        return 0 if task.shape == shape else None
    first = sink if stage.alone else min(problem.readers[held])
    if min(readers) < first:
        return None
    places = _places(stage.way(first, sink, held), (*shape[:2], 1),
                     tuple(reader - first for reader in readers))
    return places and max(0, *(written * task.shape[2] - free * shape[2] for written, free in places))


def _that_wait(stage: Stage, held: int, sink: int) -> list[int]:
    """The readers of a whole tensor that its bytes must wait for. Where `sink` works in place, byte
    for byte, it reads before it writes."""
    task = stage.task(sink)
    is_over = held in task.in_place and task.window is not None
    return [reader for reader in stage.problem.readers[held] if reader != sink or not is_over]


@lru_cache(MOST_SPANS)
def _places(way: Way, shape, readers: tuple[int, ...]) -> tuple[tuple[int, int], ...] | None:
    """(pixels that are written, pixels that are dead) at those firings of the last task that may
    decide on the gap."""
    sink = len(way.grids) - 1
    task, block = way.task(sink), way.block(sink)
    needed = ({sink: all_firings(task, block, True)} if way.alone else
              pull(way, sink, 0, *edge_firings(task, block)))
    race = _race(way, readers, sink, shape, needed)
    if race is None:
        return None
    places, most = [], -1
    for free, written in sorted(zip(race[1].tolist(), (-race[0]).tolist())):
        if -written > most:
            most = -written
            places.append((most, free))
    return tuple(places)


def _race(stage: Stage | Way, readers, sink: int, shape, needed: dict[int, tuple]):
    """At firings of `sink`: how many pixels it has written, and how many of a whole tensor nobody
    reads any more. None where a reader does not go by firings."""
    if any(reader not in needed or stage.task(reader).window is None for reader in readers):
        return None
    at = [needed[reader] if reader == sink else
          after(stage.task(reader), stage.block(reader), *needed[reader]) for reader in readers]
    free = np.minimum.reduce([oldest(stage.task(reader), shape, *some)
                              for reader, some in zip(readers, at)])
    return end_of(stage.task(sink), stage.block(sink), *needed[sink], stage.alone), free
