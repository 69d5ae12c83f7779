# SPDX-License-Identifier: MIT
"""What published networks need: arenas of the ways to run them, without weights."""
from collections.abc import Iterable
from dataclasses import dataclass

from rich.box import MARKDOWN
from rich.table import Table

from tinyml.options import Options
from tinyml.plan import make_plan
from tinyml.search.architectures import named
from tinyml.search.problem import problem_of

KIB = 1024
WIDTH = 175                     # of the table: its lines are those of docs/PLANNER.md
USUAL = ("mobilenet-v2", "mobilenet-v2-rd", "mbv2-w0.35-r144", "proxyless-w0.3-r176", "mcunet-320kb-1mb",
         "mcunet-256kb-1mb", "mcunet-5fps")
# The columns: what is asked of the planner, each for the least RAM.
WAYS = {"op by op": Options(goal="smallest", stages="single"),
        "patches": Options(goal="smallest", stages="patches"),
        "patches, 10 %": Options(goal="smallest", stages="patches", max_extra=10),
        "rings": Options(goal="smallest", stages="rings"),
        "rings, 10 %": Options(goal="smallest", stages="recompute", max_extra=10),
        "fed: rings": Options(goal="smallest", stages="rings", feed_rows=True),
        "fed: rings, 10 %": Options(goal="smallest", stages="recompute", max_extra=10, feed_rows=True),
        "fed: smallest": Options(goal="smallest", stages="recompute", feed_rows=True)}


@dataclass(frozen=True)
class Studied:
    """A network: its products, and by way the bytes of the arena and the percentage of products
    that are computed again."""

    name: str
    products: int
    arenas: dict[str, int]
    extra: dict[str, float]


def study(name: str, ways: Iterable[str] = WAYS) -> Studied:
    """Raises SearchError for a name that isn't known."""
    net, arenas, extra = named(name), {}, {}
    for way in ways:
        options = WAYS[way]
        problem = problem_of(net, options.feed_rows)
        plan = make_plan(problem, options)
        base = sum(task.products for task in problem.tasks)
        arenas[way], extra[way] = plan.arena_bytes, 100 * (plan.products / base - 1)
    return Studied(name, net.products, arenas, extra)


def study_table(found: list[Studied]) -> Table:
    """KiB, and in brackets the products more."""
    table = Table(title="Arena in KiB, all of it (products more)", box=MARKDOWN)
    for column in ("network", "million products", *WAYS):
        is_name = column == "network"
        table.add_column(column, justify="left" if is_name else "right", no_wrap=is_name)
    for one in found:
        table.add_row(*cells(one))
    return table


def cells(one: Studied) -> list[str]:
    """A row of the table."""
    return [one.name, f"{one.products / 1e6:.1f}", *(_cell(one.arenas[way], one.extra[way]) for way in WAYS)]


def _cell(arena: int, extra: float) -> str:
    return f"{arena / KIB:.1f}" + (f" (+{extra:.1f} %)" if extra else "")
