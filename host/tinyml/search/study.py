# SPDX-License-Identifier: MIT
"""What published networks need: arenas of the ways to run them, without weights."""
from dataclasses import dataclass

from rich.table import Table

from tinyml.options import Options
from tinyml.plan import make_plan
from tinyml.search.architectures import named
from tinyml.search.problem import problem_of

KIB = 1024
USUAL = ("mobilenet-v2", "mobilenet-v2-rd", "mbv2-w0.35-r144", "mcunet-320kb-1mb", "mcunet-5fps")
# The columns: what is asked of the planner, each for the least RAM.
WAYS = {"op by op": Options(goal="smallest", stages="single"),
        "rings": Options(goal="smallest", stages="rings"),
        "rings, row-fed": Options(goal="smallest", stages="rings", feed_rows=True),
        "row-fed, at most 10 % more": Options(goal="smallest", stages="recompute", max_extra=10,
                                              feed_rows=True),
        "patches, at most 10 % more": Options(goal="smallest", stages="patches", max_extra=10)}


@dataclass(frozen=True)
class Studied:
    """A network: its products, and by way the bytes of the arena and the percentage of products
    that are computed again."""

    name: str
    products: int
    arenas: dict[str, int]
    extra: dict[str, float]


def study(name: str) -> Studied:
    """Raises SearchError for a name that isn't known."""
    net, arenas, extra = named(name), {}, {}
    for way, options in WAYS.items():
        problem = problem_of(net, options.feed_rows)
        plan = make_plan(problem, options)
        base = sum(task.products for task in problem.tasks)
        arenas[way], extra[way] = plan.arena_bytes, 100 * (plan.products / base - 1)
    return Studied(name, net.products, arenas, extra)


def study_table(found: list[Studied]) -> Table:
    """KiB, and in brackets the products more."""
    table = Table(title="Arena in KiB, all of it (products more)")
    for column in ("network", "million products", *WAYS):
        is_name = column == "network"
        table.add_column(column, justify="left" if is_name else "right", no_wrap=is_name)
    for one in found:
        table.add_row(one.name, f"{one.products / 1e6:.1f}", *(
            f"{one.arenas[way] / KIB:.1f}" + (f" (+{one.extra[way]:.1f} %)" if one.extra[way] else "")
            for way in WAYS))
    return table
