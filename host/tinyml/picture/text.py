# SPDX-License-Identifier: MIT
"""Memory over time for a terminal: bytes in use at each step, and what is alive at the peak."""
from rich.cells import cell_len

from tinyml.picture.axes import amount
from tinyml.picture.memory import MemoryChart, Peak
from tinyml.picture.scene import plain

COLUMNS, LINES, LISTED = 100, 72, 16        # at most: of a line, of the bars, of blocks listed
NUMBER, NAME, BAR = 7, 27, 43               # columns of a step's number, its name, its bar
EIGHTHS = " ▏▎▍▌▋▊▉█"


def memory_text(chart: MemoryChart) -> str:
    """Lines of at most 100 columns. Steps that hold the same blocks share a line, and where there
    are many, a line shows the fullest of several."""
    peak = chart.peak()
    lines = [_cut(f"{chart.title}: arena {amount(chart.arena_bytes)}", COLUMNS)]
    begins = [step for step in range(chart.columns)
              if not step or chart.alive(step) != chart.alive(step - 1)]
    begins = begins[::-(-len(begins) // LINES)]
    for first, after in zip(begins, [*begins[1:], chart.columns]):
        lines.append(_row(chart, first, after - 1, peak))
    lines += ["", _cut(f"peak, {peak.name()} = {peak.size}", COLUMNS)]
    for block in peak.blocks[:LISTED]:
        place = f"@{block.offset}..{block.offset + block.size}"
        lines.append(_cut(f"  {amount(block.size):>11}  {block.kind:<7}{place:<20} {block.name}",
                          COLUMNS))
    rest = peak.blocks[LISTED:]
    if rest:
        lines.append(f"  {amount(sum(block.size for block in rest)):>11}  in {len(rest)} more")
    return "\n".join(line.rstrip() for line in lines)


def _row(chart: MemoryChart, first: int, last: int, peak: Peak) -> str:
    fullest = max(range(first, last + 1), key=chart.bytes_at)
    used = chart.bytes_at(fullest)
    number = str(first) if first == last else f"{first}-{last}"
    more = f" and {last - first} more" if last > first else ""
    name = _cut(chart.steps[fullest] if chart.steps else "", NAME - len(more)) + more
    filler = " " * (NAME - cell_len(name))
    at_peak = first <= peak.last and peak.first <= last
    return (f"{number:>{NUMBER}} {name}{filler} "
            f"{_bar(used, chart.arena_bytes)} {amount(used):>10}{' ◄ peak' if at_peak else ''}")


def _bar(used: int, whole: int) -> str:
    """`BAR` columns, filled to an eighth of a column; what is in use is never drawn as nothing."""
    eighths = round(8 * BAR * used / max(whole, 1))
    full, part = divmod(max(eighths, 1 if used else 0), 8)
    bar = "█" * full + (EIGHTHS[part] if part else "")
    return f"│{bar:<{BAR}}│"


def _cut(text: str, columns: int) -> str:
    text = plain(text)
    if cell_len(text) <= columns:
        return text
    while cell_len(text) >= columns:
        text = text[:-1]
    return text.rstrip() + "…"
