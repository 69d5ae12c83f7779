# SPDX-License-Identifier: MIT
"""What `tinyml quantize` tells: how good the packed model is, and where precision is lost."""
from rich.console import Group
from rich.table import Table
from rich.text import Text

from tinyml.quantize.choose import describe
from tinyml.quantize.files import Accuracy, Result

SHOWN = 5                       # ops, of those that add most noise
DROP = 1.0                      # points of accuracy that ask for an explanation
CHANCE = 1.5                    # times as often right as by chance: hardly better
POOR = 20.0                     # decibels of the output that do


def quantise_report(result: Result) -> Group:
    """Lines and a table."""
    low, high = result.input_range
    lines = [f"{result.calibrated} items, inputs {low:.4g} ... {high:.4g}; "
             f"{describe(result.chosen.ways)}: {_decibels(result.chosen.decibels)} at the output"]
    if result.accuracy:
        lines.append(_accuracy(result.accuracy))
        if result.accuracy.floats < CHANCE * 100 / result.accuracy.classes:
            lines.append("float32 itself is hardly better than chance. Way out: prepare the data as in "
                         "training (--scale, --mean, --std)")
    return Group(*map(Text, lines), _table(result), Text(verdict(result)))


def _accuracy(found: Accuracy) -> str:
    which = "other items" if found.unseen else "items, those of the ranges among them"
    return (f"accuracy on {found.items} {which}: float32 {found.floats:.1f} %, int8 {found.bytes:.1f} "
            f"% ({found.bytes - found.floats:+.1f})")


def _decibels(number: float) -> str:
    return "exact" if number == float("inf") else f"{number:.1f} dB"


def _table(result: Result) -> Table:
    table = Table(title="ops that add most noise")
    for column in ("op", "name", "its own", "with all before", "why"):
        table.add_column(column, justify="right" if column in ("its own", "with all before")
                         else "left")
    for layer, why in result.worst[:SHOWN]:
        cells = (layer.op.label, layer.op.name, _decibels(layer.own.decibels),
                 _decibels(layer.whole.decibels), why.what)
        table.add_row(*map(Text, cells))
    return table


def verdict(result: Result) -> str:
    """Whether something is wrong, and if so what it is and the way out."""
    right = result.accuracy
    dropped = right and right.floats - right.bytes > DROP
    if right and not dropped or not right and result.chosen.decibels > POOR:
        return "nothing is lost that 8 bits can keep"
    causes = [f"`{layer.op.name}`: {why.what}. Way out: {why.way}"
              for layer, why in result.worst[:SHOWN] if why.way]
    told = f"accuracy drops by {right.floats - right.bytes:.1f} points" if dropped else \
        f"the output has {_decibels(result.chosen.decibels)} only"
    more = ["no op stands out. Way out: more varied data (--calibrate), or train with quantisation"]
    return "\n".join([f"{told}:", *(causes or more)])
