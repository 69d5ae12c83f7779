# SPDX-License-Identifier: MIT
"""How long a step of a training takes with our layers, and with PyTorch's.

    python3 -m tools.training_speed

Nets are drawn by chance from the layouts of the space `images` among those that fit two budgets, and
the largest of parts that a supernet is trained for. One core, 128 items of 28 x 28; processor time.
"""
from random import Random
from time import process_time

import torch
from rich.console import Console
from rich.table import Table
from torch.nn import functional as F

from tinyml.search.feasible import feasible
from tinyml.search.net import Net
from tinyml.search.space_file import load_space
from tinyml.search.train import by_core, by_torch
from tinyml.search.train.fit import fresh

from .search_study import BUDGETS

SHAPE, CLASSES, ITEMS = (28, 28, 1), 10, 128
SCALES = {"small": 0.75, "large": 1.5}
NETS, WARM, STEPS = 2, 3, 10
CORE = by_core.ffi.string(by_core.LAYERS.name).decode()


def nets(name: str, layout: int) -> list[tuple[str, Net]]:
    """By what they are."""
    rng, space = Random(0), load_space("images").narrowed(layout, SCALES[name], 1.0)
    drawn = iter(lambda: space.net(space.sample(rng), SHAPE, CLASSES), None)
    fit = (net for net in drawn if feasible(net, BUDGETS[name]))
    return [(f"fits `{name}`, layout {layout}", next(fit)) for _ in range(NETS)] + [
        (f"largest of `{name}`, layout {layout}", space.net(space.largest(), SHAPE, CLASSES))]


def milliseconds(net: Net, by) -> float:
    """Of one step."""
    weights = fresh(net, 0).train()
    x, y = torch.randn(ITEMS, SHAPE[2], *SHAPE[:2]), torch.arange(ITEMS) % CLASSES

    def run(steps: int) -> float:
        start = process_time()
        for _ in range(steps):
            weights.zero_grad()
            F.cross_entropy(weights(x, by=by), y).backward()
        return 1e3 * (process_time() - start) / steps
    run(WARM)
    return run(STEPS)


def main() -> None:
    torch.set_num_threads(1)
    table = Table(title=f"A step of {ITEMS} items, on one core ({CORE})")
    table.add_column("net")
    for column in ("products", "PyTorch, ms", "ours, ms", "times as fast"):
        table.add_column(column, justify="right")
    layouts = range(len(load_space("images").layouts))
    for what, net in (one for name in SCALES for layout in layouts for one in nets(name, layout)):
        theirs, own = (milliseconds(net, by) for by in (by_torch, by_core))
        table.add_row(what, f"{net.products:,}", f"{theirs:.1f}", f"{own:.1f}", f"{theirs / own:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
