# SPDX-License-Identifier: MIT
"""Whether a receptive field that is moved to where it costs no RAM costs accuracy: MCUNet as it was published
and redistributed as in MCUNetV2, planned at its own size; and a small net like it, trained on Fashion-MNIST.

    python3 tasks.py search redistribution [--seeds N] [--epochs N] [--items N] [--workers N] [--json]

`--seeds 0`: plans alone. The folders build/redistribution/... keep what was trained: a study that was ended goes on.
"""
import argparse
import json
from dataclasses import asdict, dataclass, replace
from statistics import mean, stdev

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from tinyml.errors import FitError
from tinyml.options import Options
from tinyml.plan import Plan, make_plan
from tinyml.plan.cores import per_run
from tinyml.search.architectures import named, read_blocks
from tinyml.search.executor import Executor, make_executor
from tinyml.search.feasible import Budget
from tinyml.search.journal import Journal
from tinyml.search.keys import net_key
from tinyml.search.net import Block, Conv, Net
from tinyml.search.problem import problem_of
from tinyml.search.size import file_bytes
from tinyml.search.study import KIB, WAYS, WIDTH
from tinyml.search.train.recipe import Recipe
from tinyml.search.work import UNFIT, Final, Place, hold, work

from .search_study import fashion
from .steps import ROOT

CORE = "m4"
EARLY, MOST = 3, 4              # sides of windows, and the most expansion, where rows are long
MORE, LATE = 2, 7               # pixels by which later windows are wider, and the widest
FED, ROOM = "fed: rings", 1.05  # nets are packed for so much of the least arena of this way
ASKED = "rings", FED, "fed: rings, 10 %"


def redistributed(net: Net, long: int, twice: tuple[str, ...] = ()) -> Net:
    """Where rows of so many pixels or more are filtered, windows and expansions are small; later windows
    are wider. The blocks `twice` are there again, behind themselves."""
    rows = {layer.name.removesuffix(".filter"): layer.given[1] for layer in net.layers
            if layer.kind == "depthwise"}
    parts: list[Conv | Block] = []
    for part in net.parts:
        if isinstance(part, Block):
            side, most = min(part.kernel[0] + MORE, LATE), part.middle
            if rows[part.name] >= long:
                side, most = min(part.kernel[0], EARLY), MOST * parts[-1].channels
            part = replace(part, kernel=(side, side), middle=min(part.middle, most))
        parts.append(part)
        if part.name in twice:
            parts.append(replace(part, name=f"{part.name}.again"))
    return replace(net, parts=tuple(parts))


PUBLISHED = named("mcunet-320kb-1mb")
LONG = PUBLISHED.input[0] // 8  # as in MCUNetV2
LARGE = {"as published": PUBLISHED,
         "redistributed": redistributed(PUBLISHED, LONG),
         "the same, three blocks more": redistributed(PUBLISHED, LONG, ("block10", "block12", "block16"))}
# Like it, as far as pictures of 28 pixels allow: rows of 14, 7 and 4.
PLAIN = Net((28, 28, 1), read_blocks(8, """
3/1:8>4 5/1:12>8 7/1:24>8+ 5/2:40>12 3/1:36>12+ 3/2:48>16 5/1:80>16+ 5/1:64>24"""), 10)
SMALL = {"like MCUNet": PLAIN,
         "redistributed, two blocks more": redistributed(PLAIN, 14, ("block4", "block6"))}


@dataclass(frozen=True)
class Planned:
    """What a net needs without weights: `arenas` in bytes, by ways; cycles of a run, fed rows, in hardly
    more than the least of them, in the arena of the first net, in any."""

    name: str
    products: int
    file_bytes: int
    arenas: dict[str, int]
    in_least: int
    in_first: int
    in_any: int


def planned(nets: dict[str, Net]) -> list[Planned]:
    found: list[Planned] = []
    for name, net in nets.items():
        arenas = {way: _plan(net, WAYS[way]).arena_bytes for way in ASKED}
        first = found[0].arenas if found else arenas
        found.append(Planned(name, net.products, file_bytes(net, True), arenas, *(
            round(_plan(net, Options(ram=ram, feed_rows=True)).cycles + per_run(CORE))
            for ram in (room(arenas), room(first), None))))
    return found


def room(arenas: dict[str, int]) -> int:
    """For which nets are packed."""
    return int(ROOM * arenas[FED])


def _plan(net: Net, asked: Options) -> Plan:
    return make_plan(problem_of(net, asked.feed_rows), replace(asked, core=CORE))


def trained(net: Net, place: Place, seeds: int, epochs: int, executor: Executor) -> list[dict]:
    """The figures of its trainings."""
    tasks = [Final(f"{net_key(net)}-{seed}", net, Recipe(epochs=epochs), seed) for seed in range(seeds)]

    def at_work(missing: list):
        with executor.actor(hold, place) as holders:
            for number, done in holders.each(work, missing):
                if UNFIT in done.figures:
                    raise FitError(done.figures[UNFIT])
                yield number, done.figures
    with Journal(place.folder / "journal.jsonl") as journal:
        return journal.results({task.key: task for task in tasks}, at_work)


def planned_table(title: str, found: list[Planned]) -> Table:
    """KiB, and millions of products and cycles."""
    table = Table(title=title, box=MARKDOWN)
    for column in ("net", "products", "file", *ASKED, "cycles", "in the first's", "in any"):
        table.add_column(column, justify="left" if column == "net" else "right")
    for one in found:
        table.add_row(one.name, f"{one.products / 1e6:.2f} M", f"{one.file_bytes / KIB:.0f}",
                      *(f"{one.arenas[way] / KIB:.1f}" for way in ASKED),
                      *(f"{cycles / 1e6:.1f} M" for cycles in (one.in_least, one.in_first, one.in_any)))
    return table


def trained_table(found: dict[str, list[dict]]) -> Table:
    """Of packed files; bytes, and millions of products and cycles."""
    table = Table(title="Fashion-MNIST, trained alike", box=MARKDOWN)
    for column in ("net", "products", "file", "arena", "cycles", "float32", "int8"):
        table.add_column(column, justify="left" if column == "net" else "right")
    for name, each in found.items():
        first = each[0]
        table.add_row(name, f"{first['products'] / 1e6:.2f} M", f"{first['file_bytes']:,}",
                      f"{first['arena_bytes']:,}", f"{first['cycles'] / 1e6:.2f} M",
                      *(_percent([one[what] for one in each]) for what in ("float_test", "test")))
    return table


def _percent(shares: list[float]) -> str:
    spread = f" ± {100 * stdev(shares):.1f}" if len(shares) > 1 else ""
    return f"{100 * mean(shares):.1f}{spread} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for word, usual in (("seeds", 3), ("epochs", 8), ("items", 10_000), ("workers", None)):
        parser.add_argument(f"--{word}", type=int, default=usual)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    large, small = map(planned, (LARGE, SMALL))
    found = {}
    if asked.seeds:
        folder = ROOT / f"build/redistribution/{asked.epochs}-{asked.items}"
        folder.mkdir(parents=True, exist_ok=True)
        data = fashion(asked.items)
        with make_executor("local", asked.workers) as executor:
            for one in small:
                place = Place(data, Budget(room(one.arenas), core=CORE), folder)
                found[one.name] = trained(SMALL[one.name], place, asked.seeds, asked.epochs, executor)
    if asked.json:
        print(json.dumps({"large": list(map(asdict, large)), "small": list(map(asdict, small)), "trained": found}))
        return
    tables = [planned_table("MCUNet-in3, 176 x 176", large), planned_table("28 x 28", small)]
    Console(width=WIDTH).print(*tables, *([trained_table(found)] if found else []))


if __name__ == "__main__":
    main()
