# SPDX-License-Identifier: MIT
"""What a search found beside what it had to beat: one table for all."""
from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import mean, stdev

from rich.console import Group
from rich.markup import escape
from rich.table import Table

SEARCHED, BY_HAND, BY_CHANCE = KINDS = ("searched", "by hand", "by chance")


@dataclass(frozen=True)
class Row:
    """A net, trained with several seeds, packed and run in int8. `validation` and `test`: shares of
    right answers, one for each seed; `cycles` of a run, on the board `seconds` if its clock is
    known; `products` with those computed again."""

    name: str
    kind: str
    validation: tuple[float, ...]
    test: tuple[float, ...]
    arena_bytes: int
    file_bytes: int
    cycles: int
    products: int
    seconds: float | None = None

    @property
    def accuracy(self) -> float:
        """Mean of the test items' right answers."""
        return mean(self.test)

    @property
    def cost(self) -> tuple[float, ...]:
        """The less of each the better."""
        return -self.accuracy, self.cycles, self.arena_bytes, self.file_bytes


def front(rows: Sequence[Row]) -> list[Row]:
    """Those of which no other is as good in everything and better in something."""
    return [row for row in rows if not any(
        other.cost != row.cost and all(a <= b for a, b in zip(other.cost, row.cost)) for other in rows)]


def best(rows: Sequence[Row], kind: str) -> Row | None:
    """Of a kind, of those trained most often, the one that is best on the validation items: those of
    the test choose nothing."""
    return max((row for row in rows if row.kind == kind), default=None,
               key=lambda row: (len(row.validation), mean(row.validation), -row.cycles))


def verdict(rows: Sequence[Row]) -> list[str]:
    """Whether the search was worth it, a sentence for each control."""
    found, told = best(rows, SEARCHED), []
    for kind in (BY_HAND, BY_CHANCE):
        control = best(rows, kind)
        if found and control:
            points = 100 * (found.accuracy - control.accuracy)
            told.append(f"Best net {kind}: {100 * control.accuracy:.1f} %. Best searched net: "
                        f"{100 * found.accuracy:.1f} %, " + (f"{points:.1f} points more." if points > 0
                        else f"{-points:.1f} points less: it is not beaten." if points < 0
                        else "as many: it is not beaten."))
    return told


def figures(rows: Sequence[Row]) -> dict:
    """For --json."""
    good = front(rows)
    return {"verdict": verdict(rows), "nets": [
        {field.name: getattr(row, field.name) for field in fields(row)} |
        {"accuracy": row.accuracy, "pareto": row in good} for row in rows]}


def search_table(rows: Sequence[Row], title: str = "") -> Group:
    """Each kind with the most accurate first, and the verdict."""
    table = Table(title=escape(title) or None)
    table.add_column("net")
    for column in ("accuracy", "time", "RAM", "flash", "products"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("Pareto")
    good = front(rows)
    for kind in KINDS:
        own = sorted((row for row in rows if row.kind == kind), key=lambda row: row.cost)
        for row in own:
            table.add_row(f"{kind}: {escape(row.name)}", _accuracy(row), time_of(row),
                          f"{row.arena_bytes:,}", f"{row.file_bytes:,}", f"{row.products:,}",
                          "yes" if row in good else "")
        table.add_section()
    seeds = max((len(row.test) for row in rows), default=0)
    several = f", of the best of each kind the mean of {seeds} trainings ± deviation" if seeds > 1 else ""
    note = f"Accuracy: int8 on the test items{several}. Sizes in bytes."
    return Group(table, note, *verdict(rows))


def time_of(row: Row) -> str:
    """Milliseconds where the clock is known, or millions of cycles."""
    return f"{row.cycles / 1e6:.2f} Mcycles" if row.seconds is None else f"{1e3 * row.seconds:.1f} ms"


def _accuracy(row: Row) -> str:
    spread = f" ± {100 * stdev(row.test):.1f}" if len(row.test) > 1 else ""
    return f"{100 * row.accuracy:.1f}{spread} %"
