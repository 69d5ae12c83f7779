# SPDX-License-Identifier: MIT
"""How the page writes numbers."""
from tinyml.options import Options
from tinyml.page.facts import Report
from tinyml.passes.record import short
from tinyml.picture.axes import amount, times

Shape = tuple[int, ...]


def count(number: float) -> str:
    """Three digits and a unit: 1.23 M, 12.3 k, 123; nothing for none."""
    return short(round(number)) if number else ""


def percent(share: float) -> str:
    """Of a share: 12 %, 1.2 %, and what is hardly anything is no nothing."""
    value = 100 * share
    if 0 < value < 0.05:
        return "< 0.1 %"
    return f"{value:.0f} %" if value >= 9.95 or value == 0 else f"{value:.1f} %"


def shape_words(shape: Shape) -> str:
    return "×".join(map(str, shape))


def some_ops(first: int, last: int) -> str:
    return f"op {first}" if first == last else f"ops {first}–{last}"


def kept_words(pixels: int, shape: Shape) -> str:
    """How much of a tensor is in RAM: `whole`, `3 of 48 rows`, `2 of 48 rows and 5 pixels`."""
    height, width, _ = shape
    if pixels >= height * width:
        return "whole"
    rows, rest = divmod(pixels, width)
    if not rows:
        return f"{rest} of {height * width:,} pixels"
    return f"{rows} of {height} rows" + (f" and {plural(rest, 'pixel')}" if rest else "")


def kept_short(pixels: int, shape: Shape) -> str:
    """The same in a table: `whole`, `3 rows`, `2 rows + 5 px`."""
    height, width, _ = shape
    if pixels >= height * width:
        return "whole"
    rows, rest = divmod(pixels, width)
    return " + ".join([plural(rows, "row")] * (rows > 0) + [f"{rest} px"] * (rest > 0))


def kind_words(kind: str) -> str:
    """`depthwise conv2d`."""
    return kind.replace("_", " ")


def kind_short(kind: str) -> str:
    """Where there is little room: `depthwise`."""
    return kind_words(kind.replace("depthwise_conv2d", "depthwise"))


def signed(number: int) -> str:
    """With a minus that is as wide as a digit."""
    return f"{number}".replace("-", "\N{MINUS SIGN}")


def plural(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def short_name(name: str) -> str:
    """Converters join the names of all that was fused: the first will do."""
    return name.split(";")[0]


def lede(report: Report) -> str:
    """The first plan in a sentence, and what the second trades."""
    first, *others = report.plans
    text = (f"{first.title}: {amount(first.arena_bytes)} of RAM, {count(first.products) or 'no'} "
            f"products a run, {amount(first.file_bytes)} of flash.")
    for other in others:
        less = times(first.arena_bytes, other.arena_bytes)
        ratio = _ratio(other.cycles / max(first.cycles, 1))
        text += (f" {other.title}: {amount(other.arena_bytes)} of RAM{', ' * bool(less)}{less}, "
                 f"for {ratio} predicted cycles.")
    return text


def _ratio(ratio: float) -> str:
    """How many times as many: what is nearly the same is not told in digits."""
    if 1 / 1.05 < ratio < 1.05:
        return "about as many"
    return f"{ratio:.0f} times the" if ratio >= 9.95 else f"{ratio:.2g} times the"


def seconds(time: float | None) -> str:
    """A predicted time: 0.41 s, 12 ms; nothing if it isn't known."""
    if time is None:
        return ""
    return f"{time:.2g} s" if time >= 0.995 else f"{float(f'{1000 * time:.2g}'):g} ms"


def options_words(options: Options) -> tuple[str, str]:
    """A plan's name, and the options of `tinyml pack` that give it."""
    small = options.goal == "smallest"
    title = "smallest" if small else "fastest"
    if options.ram is not None:
        title += f" within {options.ram:,} bytes"
    words = [f"--ram {options.ram}"] if options.ram is not None else []
    words += ["--minimum"] * small
    if options.max_extra is not None:
        words.append(f"--max-extra-macs {options.max_extra:g}")
    if options.stages != "auto":
        words.append(f"--stages {options.stages}")
        title += f", {options.stages}"
    if options.feed_rows:
        words.append("--feed rows")
        title += ", row-fed"
    return title[:1].upper() + title[1:], " ".join(words)
