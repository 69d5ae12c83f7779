# SPDX-License-Identifier: MIT
"""One plan as shapes: time to the right, addresses of the arena upwards, each buffer a block."""
from dataclasses import dataclass

from tinyml.picture.axes import KIB, amount, ticks, whole_step
from tinyml.picture.memory import NAMED, Block, MemoryChart
from tinyml.picture.scene import (ALARM, GRID, INK, MUTED, Area, Line, Rect, Shape, Text, fit,
                                  text_width)

# One hue for each kind; neighbours differ in shade. Dark text can be read on all of them, and
# blue, orange and purple differ for all eyes.
SHADES = {"tensor": ("#9ecae1", "#6baed6", "#c6dbef", "#85bcdc"),
          "ring": ("#fdae6b", "#fdd0a2", "#f9943b", "#fcbd86"),
          "data": ("#c7e0b4", "#a3c98a", "#e3f0d9"),
          "state": ("#bcbddc", "#a29bcb", "#dadaeb")}
FADED = {"#c7e0b4": "#ddecd2", "#a3c98a": "#c8dfb9", "#e3f0d9": "#eef6e8",
         "#9ecae1": "#c9e1ee", "#6baed6": "#b2d3e9", "#c6dbef": "#dfebf6", "#85bcdc": "#bedaec",
         "#fdae6b": "#fed2ac", "#fdd0a2": "#fee5cb", "#f9943b": "#fcc795", "#fcbd86": "#fddbbc",
         "#bcbddc": "#d9d9eb", "#a29bcb": "#cbc7e2", "#dadaeb": "#ebebf4"}
HEAD, FOOT, LEFT = 56, 34, 66   # pixels around the frame: title and peak, axis of steps, of bytes
NAMED_STEP, NAME = 12.5, 100    # pixels that a step needs to be named, and of a name at most


@dataclass(frozen=True)
class Panel:
    """Where a chart is drawn: the frame of its blocks in pixels, and the bytes at its top."""

    chart: MemoryChart
    title: str
    x: float
    y: float
    width: float
    height: float
    top_bytes: int

    @property
    def step(self) -> float:
        """Pixels of a step."""
        return self.width / self.chart.columns

    def at(self, offset: float) -> float:
        """The y of an address."""
        return self.y + self.height * (1 - offset / max(self.top_bytes, 1))


def names_height(chart: MemoryChart, width: float) -> float:
    """Pixels that the names of the steps take below a frame of that width; 0: no room for them."""
    if not chart.steps or width / chart.columns < NAMED_STEP:
        return 0
    return min(NAME, max(text_width(name, 9.5) for name in chart.steps)) + 12


def panel_shapes(panel: Panel) -> list[Shape]:
    """The panel, drawn from the ground up."""
    blocks, labels = _blocks(panel)
    return [*_ground(panel), *blocks, *_lines(panel), *labels, *_head(panel), *_steps(panel)]


def _ground(panel: Panel) -> list[Shape]:
    right = panel.x + panel.width
    shapes: list[Shape] = [Rect(panel.x, panel.y, panel.width, panel.height, "#fafbfc", GRID, 1,
                                role="frame")]
    unit, name = (KIB, "KiB") if panel.top_bytes >= 2 * KIB else (1, "bytes")
    for address in ticks(0, panel.top_bytes / unit, max(3, int(panel.height / 42))):
        y = panel.at(address * unit)
        shapes += [Line(((panel.x, y), (right, y)), GRID),
                   Text(panel.x - 7, y + 4, f"{address:,g}", 11, MUTED, "end")]
    shapes.append(Text(panel.x - 48, panel.y + panel.height / 2, f"address ({name})", 11, MUTED,
                       "middle", angle=-90))
    (begin, end), bottom = _peak_edges(panel), panel.y + panel.height
    return shapes + [Area(((begin, panel.y), (end, panel.y), (end, bottom), (begin, bottom)),
                          ALARM, 0.08)]


def _peak_edges(panel: Panel) -> tuple[float, float]:
    peak = panel.chart.peak()
    return panel.x + peak.first * panel.step, panel.x + (peak.last + 1) * panel.step


def _blocks(panel: Panel) -> tuple[list[Shape], list[Shape]]:
    """The blocks, in the order they come to life, and their labels."""
    peak = set(panel.chart.peak().blocks)
    shapes: list[Shape] = []
    labels: list[Shape] = []
    count = dict.fromkeys(SHADES, 0)
    for block in sorted(panel.chart.blocks, key=lambda block: (block.first, block.offset)):
        shades = SHADES[block.kind]
        fill = shades[count[block.kind] % len(shades)]
        count[block.kind] += 1
        if block.last >= 0 and block.first < panel.chart.columns:
            rect = _block(panel, block, fill, block in peak)
            shapes.append(rect)
            labels += _label(panel, block, rect, block in peak)
    return shapes, labels


def _block(panel: Panel, block: Block, fill: str, at_peak: bool) -> Rect:
    first, last = max(block.first, 0), min(block.last, panel.chart.columns - 1)
    x, width = panel.x + first * panel.step, (last + 1 - first) * panel.step
    y = panel.at(block.offset + block.size)
    height = panel.at(block.offset) - y
    thin = min(width, height) < 3           # a stroke would hide the colour
    stroke, line = ("#34495e", 1.0) if at_peak else ("#ffffff", 0.8)
    return Rect(x, y, width, height, fill if at_peak else FADED[fill], "" if thin else stroke,
                0 if thin else line, role=f"block {block.kind}", tip=_tip(block, first, last))


def _tip(block: Block, first: int, last: int) -> str:
    ops = f"op {first}" if first == last else f"ops {first}-{last}"
    return (f"{block.name}\n{block.kind} of {amount(block.size)}, in use at {ops}\n"
            f"bytes {block.offset:,} to {block.offset + block.size:,} of the arena")


def _label(panel: Panel, block: Block, rect: Rect, bold: bool) -> list[Shape]:
    """The block's name and size inside it, along its longer side, if there is room."""
    width, height, size = _uncovered(panel, block, rect), rect.height, 11
    upright = text_width(block.name, size, bold) > width - 6 and height > width
    long, short = (height, width) if upright else (width, height)
    if short < size + 3 or text_width(block.name, size, bold) > long - 6:
        return []
    lines = [(block.name, size, bold)]
    if short >= 2.6 * size + 4 and text_width(amount(block.size), 10) <= long - 6:
        lines.append((amount(block.size), 10, False))
    x, y = rect.x + width / 2, rect.y + height / 2
    shapes: list[Shape] = []
    for number, (text, size, strong) in enumerate(lines):
        down = 13 * (number - (len(lines) - 1) / 2)
        at = (x + down, y) if upright else (x, y + down)
        shapes += _on_ground(at, text, size, strong, rect.fill, upright)
    return shapes


def _on_ground(at, text: str, size: float, bold: bool, fill: str, upright: bool) -> list[Shape]:
    """A text centred at a point; its ground covers the line of the peak where they meet."""
    long, short = text_width(text, size, bold) * 0.92, size + 1
    width, height = (short, long) if upright else (long, short)
    (x, y), base = at, size * 0.36
    return [Rect(x - width / 2, y - height / 2, width, height, fill),
            Text(x + base if upright else x, y if upright else y + base, text, size, INK,
                 "middle", bold, -90 if upright else 0)]


def _uncovered(panel: Panel, block: Block, rect: Rect) -> float:
    """Pixels of the block's width until a later one is written over it, as work in place is."""
    over = [other.first for other in panel.chart.blocks
            if block.first < other.first <= block.last
            and other.offset < block.offset + block.size
            and block.offset < other.offset + other.size]
    return panel.x + min(over) * panel.step - rect.x if over else rect.width


def _lines(panel: Panel) -> list[Shape]:
    """The line that the plan never crosses, and the peak's: red, through the whole frame."""
    top, right, bottom = (panel.at(panel.chart.arena_bytes), panel.x + panel.width,
                          panel.y + panel.height)
    middle = sum(_peak_edges(panel)) / 2
    return [Line(((middle, panel.y - 5), (middle, bottom)), ALARM, 1.4, (5, 4), "peak"),
            Area(((middle - 5, panel.y - 9), (middle + 5, panel.y - 9), (middle, panel.y - 1)),
                 ALARM),
            Line(((panel.x, top), (right, top)), INK, 1.6, role="arena")]


def _head(panel: Panel) -> list[Shape]:
    arena = f"arena {amount(panel.chart.arena_bytes)}"
    right, baseline = panel.x + panel.width, panel.y - HEAD + 22
    room = panel.width - text_width(arena, 14, True) - 10
    size = 14 if text_width(panel.title, 14, True) <= room else 12
    label = _peak_label(panel)
    half = text_width(label, 12) / 2
    # Above its arrow where it can be, and never outside the panel.
    middle = max(min(sum(_peak_edges(panel)) / 2, right - half), panel.x + half)
    return [Text(panel.x, baseline, fit(panel.title, room, size, True), size, bold=True),
            Text(right, baseline, arena, 14, anchor="end", bold=True),
            Text(middle, panel.y - 15, label, 12, ALARM, "middle", role="peak")]


def _peak_label(panel: Panel) -> str:
    """The peak with as many names as there is room for, and its bytes in any case."""
    peak = panel.chart.peak()
    bytes = f" = {peak.size}"
    room = panel.width - text_width(bytes, 12)
    names = [f"peak, {peak.name(most)}" for most in range(NAMED, 0, -1)]
    name = next((name for name in names if text_width(name, 12) <= room), names[-1])
    return fit(name, room, 12) + bytes


def _steps(panel: Panel) -> list[Shape]:
    """The numbers of the steps, and their names where there is room."""
    chart, bottom = panel.chart, panel.y + panel.height
    names = names_height(chart, panel.width)
    every = whole_step(len(chart.steps), int(panel.width / 26))
    shapes: list[Shape] = []
    for number, name in enumerate(chart.steps):
        middle = panel.x + (number + 0.5) * panel.step
        if number % every == 0:
            shapes += [Line(((middle, bottom), (middle, bottom + 4)), MUTED),
                       Text(middle, bottom + 15, str(number), 10.5, MUTED, "middle")]
        if names:
            shapes.append(Text(middle + 3.5, bottom + 22, fit(name, NAME, 9.5), 9.5, MUTED,
                               "end", angle=-90))
    below = bottom + 32 + names
    return shapes + [Text(panel.x + panel.width / 2, below, "op, in the order they run", 11, MUTED,
                          "middle")]
