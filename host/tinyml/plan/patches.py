# SPDX-License-Identifier: MIT
"""Patch-based inference (MCUNetV2, Lin et al. 2021): the first tasks of a run once for every tile
of the last one's output, on the part of each tensor that the tile depends on.

Tiles overlap in what they read, and the overlap is computed again for each. Rings keep it instead
(plan/rings.py), so patches are here for comparison.
"""
from dataclasses import dataclass, replace

from tinyml.plan.tasks import Problem, Region, Task, Window

GRIDS = (2, 3, 4, 5, 6, 7, 8)   # tiles per side that are tried
MOST_TASKS = 1000               # of all tiles: each is a step of the schedule


@dataclass(frozen=True)
class Cut:
    """The first `tasks` tasks can run in patches: of what they write, later ones read only the
    output of the last."""

    tasks: int
    height: int
    width: int


def find_cuts(problem: Problem) -> tuple[Cut, ...]:
    """Where patches may end."""
    cuts, start = [], _first(problem)
    for count in range(start + 1, len(problem.tasks) + 1):
        task = problem.tasks[count - 1]
        if task.window is None or task.accumulates or not task.reads:
            break
        written = [t.writes for t in problem.tasks[start:count]]
        inside = all(max(problem.readers[tensor], default=count) < count
                     and tensor not in problem.outputs for tensor in written[:-1])
        if inside and count - start > 1:
            cuts.append(Cut(count, *task.shape[:2]))
    return tuple(cuts)


def _first(problem: Problem) -> int:
    """The first task of the patches: whatever takes a fed image comes before."""
    return 0 if not problem.tasks or problem.tasks[0].reads else 1


def patched(problem: Problem, cut: Cut, rows: int, columns: int) -> Problem:
    """The problem with its first tasks once for each of `rows` x `columns` tiles."""
    start, tasks = _first(problem), []
    shapes, names = list(problem.shapes), list(problem.names)
    for y in range(rows):
        for x in range(columns):
            tile = Region(cut.height * y // rows, cut.width * x // columns,
                          cut.height * (y + 1) // rows - cut.height * y // rows,
                          cut.width * (x + 1) // columns - cut.width * x // columns)
            tasks += _tile(problem, start, cut.tasks, tile, shapes, names)
    return replace(problem, tasks=(*problem.tasks[:start], *tasks, *problem.tasks[cut.tasks:]),
                   shapes=tuple(shapes), names=tuple(names))


def _tile(problem: Problem, start: int, stop: int, tile: Region, shapes, names) -> list[Task]:
    """The tasks of one tile; the tensors between them are added to shapes and names."""
    regions, number = _regions(problem, start, stop, tile), {}
    for task in problem.tasks[start:stop - 1]:
        region = regions[task.writes]
        number[task.writes] = len(shapes)
        shapes.append((region.height, region.width, problem.shapes[task.writes][2]))
        names.append(problem.names[task.writes])
    return [_part(problem, task, regions, number) for task in problem.tasks[start:stop]]


def _regions(problem: Problem, start: int, stop: int, tile: Region) -> dict[int, Region]:
    """The part of every tensor that a tile depends on."""
    regions = {problem.tasks[stop - 1].writes: tile}
    for task in reversed(problem.tasks[start:stop]):
        for tensor in task.reads:
            part = needed(task, regions[task.writes], problem.shapes[tensor])
            regions[tensor] = part.union(regions[tensor]) if tensor in regions else part
    return regions


def _part(problem: Problem, task: Task, regions, number) -> Task:
    """A task on a tile. What it reads and writes are parts of tensors; of a tensor that is whole
    these begin anywhere, of a tile's own where the tile needs them."""
    out = regions[task.writes]
    reads = [needed(task, out, problem.shapes[tensor]) for tensor in task.reads]
    window = task.window
    window = replace(window, pad_top=reads[0].y + window.pad_top - out.y * window.stride_h,
                     pad_left=reads[0].x + window.pad_left - out.x * window.stride_w)
    places = [part.within(regions[tensor]) if tensor in number else part
              for tensor, part in zip(task.reads, reads)]
    place = Region(0, 0, out.height, out.width) if task.writes in number else out
    area = task.shape[0] * task.shape[1]
    return replace(task, reads=tuple(number.get(tensor, tensor) for tensor in task.reads),
                   writes=number.get(task.writes, task.writes), window=window,
                   shape=(out.height, out.width, task.shape[2]),
                   products=task.products * out.height * out.width // area,
                   in_place=(), alone=True, regions=(place, *places))


def needed(task: Task, out: Region, shape) -> Region:
    """The part of an input under the windows of a part of the output, inside the input."""
    w: Window = task.window
    (height, width, _) = shape
    top, left = out.y * w.stride_h - w.pad_top, out.x * w.stride_w - w.pad_left
    bottom = top + (out.height - 1) * w.stride_h + w.height
    right = left + (out.width - 1) * w.stride_w + w.width
    top, left = min(max(top, 0), height - 1), min(max(left, 0), width - 1)
    return Region(top, left, max(min(bottom, height) - top, 1), max(min(right, width) - left, 1))


@dataclass(frozen=True)
class Estimate:
    """What patches would need: bytes while they run, with all that waits, and all products."""

    cut: Cut
    grid: int
    bytes: int
    products: int


def estimates(problem: Problem) -> list[Estimate]:
    """For every cut and grid. Rows and columns of a tile don't depend on each other, so the tiles
    on a diagonal tell all."""
    found = []
    for cut in find_cuts(problem):
        for grid in GRIDS:
            if grid <= min(cut.height, cut.width) and grid * grid * cut.tasks <= MOST_TASKS:
                found.append(_estimate(problem, cut, grid))
    return found


def _estimate(problem: Problem, cut: Cut, grid: int) -> Estimate:
    start = _first(problem)
    tasks = problem.tasks[start:cut.tasks]
    sums = {task.writes: [0, 0] for task in tasks}
    most: dict[int, int] = {}
    for k in range(grid):
        tile = Region(cut.height * k // grid, cut.width * k // grid,
                      cut.height * (k + 1) // grid - cut.height * k // grid,
                      cut.width * (k + 1) // grid - cut.width * k // grid)
        for tensor, part in _regions(problem, start, cut.tasks, tile).items():
            most[tensor] = max(most.get(tensor, 0),
                               part.height * part.width * problem.shapes[tensor][2])
            if tensor in sums:
                sums[tensor][0] += part.height
                sums[tensor][1] += part.width
    products = sum(task.products for task in problem.tasks) + sum(
        task.products * sums[task.writes][0] * sums[task.writes][1]
        // (task.shape[0] * task.shape[1]) - task.products for task in tasks)
    peak = 0
    for index, task in enumerate(tasks, start):
        alive = {t.writes for t in tasks[:-1][:index - start + 1]
                 if problem.readers[t.writes][-1] >= index}
        peak = max(peak, sum(most[tensor] for tensor in alive))
    whole = {tensor for task in tasks for tensor in task.reads if tensor not in sums}
    waiting = sum(map(problem.size, whole)) + problem.size(tasks[-1].writes)
    return Estimate(cut, grid, peak + waiting, products)
