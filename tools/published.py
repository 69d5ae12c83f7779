# SPDX-License-Identifier: MIT
"""The memory of MobileNetV2 1.0 224 as MCUNetV2 published it (Lin et al. 2021), computed from our
planner's own view of the model, beside what really has to be allocated.

    python3 tasks.py bench --published [--json]

The paper's figures: 1372 KiB layer by layer, 172 KiB with the stem and four blocks in 4 x 4
patches, at 9 to 13 % more products. Its accounting counts, for each convolution, its input and its
output; a depthwise one works in place. It leaves out the image, and the tensor that waits for a
residual addition. Ours is the arena: everything.
"""
import json
import sys
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from tinyml.importers import import_model
from tinyml.pipeline import lower_graph
from tinyml.plan import Options, Problem, Task, make_plan
from tinyml.plan.patches import Cut, estimates, patched

from .memory import KIB, SHARED

MODEL = SHARED / "tflm/mobilenet_v2_quantized_1x3x224x224.tflite"
TASKS, GRID = 13, 4             # the stem and four blocks, in 4 x 4 tiles
PAPER = {"layers_kib": 1372, "patches_kib": 172, "extra_percent": "9-13"}


@dataclass(frozen=True)
class Published:
    """Bytes and products by the paper's accounting, and our arenas of the same two plans."""

    layers: int                 # the largest layer of all
    tiles: int                  # while patches run: a tile's input and output, the whole result
    rest: int                   # the largest layer behind the patches
    products: int               # of the model
    clipped: int                # products where tiles end at the image's edge
    unclipped: int              # where the part beyond the edge is computed too
    layers_arena: int
    patches_arena: int

    @property
    def patches(self) -> int:
        return max(self.tiles, self.rest)


def published(problem: Problem) -> Published:
    """All figures of a model with these patches."""
    guess = next(guess for guess in estimates(problem)
                 if (guess.cut.tasks, guess.grid) == (TASKS, GRID))
    products = sum(task.products for task in problem.tasks)
    tiles, unclipped = _tiles(problem, guess.cut)
    return Published(
        layers=max(layer_bytes(problem, task) for task in problem.tasks),
        tiles=tiles + problem.size(problem.tasks[TASKS - 1].writes),
        rest=max(layer_bytes(problem, task) for task in problem.tasks[TASKS:]),
        products=products, clipped=guess.products, unclipped=products + unclipped,
        layers_arena=_arena(problem), patches_arena=_arena(patched(problem, guess.cut, GRID, GRID)))


def layer_bytes(problem: Problem, task: Task) -> int:
    """A layer by the paper's accounting: only those that multiply, and no residual."""
    if not task.products:
        return 0
    return _bytes(task, problem.size(task.reads[0]), problem.size(task.writes))


def _bytes(task: Task, before: int, after: int) -> int:
    return max(before, after) if task.depthwise else before + after


def _tiles(problem: Problem, cut: Cut) -> tuple[int, int]:
    """Bytes of the layer with the largest tile, and the products more of all tiles. A tile inside
    the image needs all that its windows cover; the paper's tiles at the edge are as large."""
    sides = {problem.tasks[cut.tasks - 1].writes: (cut.height // GRID, cut.width // GRID)}
    most = extra = 0
    for task in reversed(problem.tasks[:cut.tasks]):
        (height, width), (_, _, channels), w = sides[task.writes], task.shape, task.window
        reads = ((height - 1) * w.stride_h + w.height, (width - 1) * w.stride_w + w.width)
        for tensor in task.reads:
            sides[tensor] = tuple(map(max, reads, sides.get(tensor, (0, 0))))
        if task.products:
            before = reads[0] * reads[1] * problem.shapes[task.reads[0]][2]
            most = max(most, _bytes(task, before, height * width * channels))
        computed = GRID * GRID * height * width
        extra += task.products * computed // (task.shape[0] * task.shape[1]) - task.products
    return most, extra


def _arena(problem: Problem) -> int:
    """What one stage per task needs, all told."""
    return make_plan(problem, Options(stages="single", goal="smallest")).arena_bytes


def figures(found: Published) -> dict:
    """KiB and percent, for `--json`."""
    def percent(products):
        return 100 * (products / found.products - 1)
    return {"paper": PAPER, "layers_kib": found.layers / KIB, "tiles_kib": found.tiles / KIB,
            "rest_kib": found.rest / KIB, "patches_kib": found.patches / KIB,
            "extra_clipped_percent": percent(found.clipped),
            "extra_unclipped_percent": percent(found.unclipped),
            "layers_arena_kib": found.layers_arena / KIB,
            "patches_arena_kib": found.patches_arena / KIB}


def table_of(found: dict) -> Table:
    """The paper's figures, ours by its accounting, and the arenas."""
    table = Table(title="MobileNetV2 1.0 224, KiB")
    for column in ("what", "published", "the same, computed", "arena: all of it"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("layer by layer", str(PAPER["layers_kib"]), f"{found['layers_kib']:.1f}",
                  f"{found['layers_arena_kib']:.1f}")
    table.add_row("4 x 4 patches", str(PAPER["patches_kib"]), f"{found['patches_kib']:.1f}",
                  f"{found['patches_arena_kib']:.1f}")
    table.add_row("  while patches run", "", f"{found['tiles_kib']:.1f}", "")
    table.add_row("  behind them", "", f"{found['rest_kib']:.1f}", "")
    clipped, unclipped = found["extra_clipped_percent"], found["extra_unclipped_percent"]
    table.add_row("products more", f"{PAPER['extra_percent']} %",
                  f"{clipped:.1f} % to {unclipped:.1f} %", f"{clipped:.1f} %")
    return table


def main(as_json: bool) -> None:
    """The table, or a JSON object."""
    if not MODEL.exists():
        sys.exit(f"nothing to compute from: no {MODEL}")
    graph = import_model(MODEL.read_bytes(), MODEL.stem)
    found = figures(published(lower_graph(graph).problem))
    if as_json:
        print(json.dumps(found))
        return
    Console().print(table_of(found))


if __name__ == "__main__":
    main("--json" in sys.argv[1:])
