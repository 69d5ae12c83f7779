# SPDX-License-Identifier: MIT
"""The page as one HTML file that needs no other: style and script stand inside."""
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tinyml.page import words
from tinyml.page.axes import Axes
from tinyml.page.facts import PlanView, Report
from tinyml.picture.axes import amount
from tinyml.picture.scene import plain

FOLDER = Path(__file__).parent
COLUMNS = (("#", "in the order they run"), ("op", ""), ("output", "its name in the model"),
           ("shape", "rows, columns, channels"), ("cycles", "predicted, on a Cortex-M4"),
           ("measured", "{unit} on {on}"),
           ("RAM", "bytes that are kept of the output"), ("kept", "rows of the output in RAM"),
           ("products", "multiply-accumulates of a run"),
           ("firings", "bounded pieces of work of a run"),
           ("weights", "bytes of constants in flash"))
DIGITS = 4                      # of a share of a tensor


def render(report: Report) -> str:
    """The text of the file. Any text may stand in the report: names come from models."""
    environment = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True,
                              lstrip_blocks=True, undefined=StrictUndefined)
    environment.filters |= {name: getattr(words, name) for name in (
        "count", "kept_short", "kind_short", "kind_words", "percent", "plural", "seconds",
        "shape_words", "short_name", "signed", "some_ops")}
    environment.filters |= {"amount": amount, "histogram": histogram_path}
    environment.finalize = lambda value: plain_lines(value) if type(value) is str else value
    axes = Axes(max(view.arena_bytes for view in report.plans))
    return environment.get_template("page.html").render(
        report=report, axes=axes, style=(FOLDER / "style.css").read_text("utf-8"),
        script=(FOLDER / "script.js").read_text("utf-8"), moments=moments_data,
        lede=words.lede(report),
        columns=columns(report), groups_of=groups_of, most=most, side=Sides(report))


def columns(report: Report) -> list[tuple[str, str]]:
    """Heads of the table of ops, and what they mean."""
    return [(name, help.format(unit=report.unit, on=report.on)) for name, help in COLUMNS
            if report.on or name != "measured"]


def plain_lines(text: str) -> str:
    """The text without control characters and lone surrogates, which no file of UTF-8 holds."""
    return "\n".join(map(plain, text.split("\n")))


def moments_data(view: PlanView) -> list:
    """The moments of a run as lists, for the script."""
    return [[moment.op, round(moment.time, DIGITS), moment.bytes,
             [[tensor, round(begin, DIGITS), round(end, DIGITS)]
              for tensor, begin, end in moment.held]] for moment in view.moments]


@dataclass(frozen=True)
class Drawn:
    """A group with its tensors; those that nobody writes stand in the first."""

    first: int
    last: int
    block: int
    sheets: tuple


def groups_of(view: PlanView) -> list[Drawn]:
    """The groups of a plan, each with the tensors that it writes."""
    return [Drawn(group.first, group.last, group.block, tuple(
        sheet for sheet in view.sheets if group.first <= max(sheet.op, 0) <= group.last))
        for group in view.groups]


class Sides:
    """How long the side of a sheet is drawn: the root of its pixels, the longest being 1."""

    def __init__(self, report: Report):
        self.most = max((side for view in report.plans for sheet in view.sheets
                         for side in sheet.shape[:2]), default=1)

    def __call__(self, pixels: int) -> float:
        return (pixels / self.most) ** .5


def most(view: PlanView, what: str) -> float:
    """The most of something that an op has, and no zero."""
    return max((getattr(row, what) for row in view.rows), default=0) or 1


def histogram_path(bins: tuple[int, ...]) -> str:
    """The outline of bars in a box of one unit for each bin, and 100 units high."""
    most = max(bins)
    stairs = "".join(f"V{100 - 100 * number / most:.0f}h1" for number in bins)
    return f"M0 100{stairs}V100z"
