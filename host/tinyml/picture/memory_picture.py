# SPDX-License-Identifier: MIT
"""Memory over time: a plan, or two of them on the same scale, the second also magnified."""
from tinyml.picture.axes import amount, times
from tinyml.picture.memory import MemoryChart
from tinyml.picture.panel import FOOT, HEAD, LEFT, SHADES, Panel, names_height, panel_shapes
from tinyml.picture.scene import INK, MUTED, Rect, Scene, Shape, Text, text_width

WIDTH, MARGIN, BANNER = 1240, 24, 74        # of the picture, round it, and its heading; pixels
TALL = 330                      # pixels of a frame
SLIVER = 0.4                    # a plan that fills less of the frame is drawn once more, magnified
KINDS = {"tensor": "tensor, held whole", "ring": "ring: the last rows of a tensor",
         "data": "weights", "state": "state and scratch"}


def memory_scene(before: MemoryChart, after: MemoryChart | None = None,
                 heading: str = "") -> Scene:
    """The picture of one plan, or of two side by side with one scale of bytes."""
    charts = [before] if after is None else [before, after]
    heading = heading or "Memory over time"
    top = max(chart.arena_bytes for chart in charts)
    width = (WIDTH - MARGIN - (LEFT + MARGIN) * len(charts)) / len(charts)
    panels = [Panel(chart, chart.title, MARGIN + LEFT + number * (width + LEFT + MARGIN),
                    BANNER + HEAD, width, TALL, top) for number, chart in enumerate(charts)]
    height = _below(panels)
    if after is not None and after.arena_bytes < SLIVER * top:
        panels.append(_magnified(after, height, top / max(after.arena_bytes, 1)))
        height = _below(panels[-1:])
    shapes = [shape for panel in panels for shape in panel_shapes(panel)]
    return Scene(heading, WIDTH, height, (*_banner(charts, heading), *shapes))


def _magnified(chart: MemoryChart, above: float, ratio: float) -> Panel:
    often = f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"
    return Panel(chart, f"{chart.title}, magnified {often} times", MARGIN + LEFT, above + HEAD,
                 WIDTH - 2 * MARGIN - LEFT, TALL, chart.arena_bytes)


def _below(panels: list[Panel]) -> float:
    """Where the next row begins."""
    names = max(names_height(panel.chart, panel.width) for panel in panels)
    return panels[0].y + panels[0].height + FOOT + names + MARGIN / 2


def _banner(charts: list[MemoryChart], heading: str) -> list[Shape]:
    """The heading, what it comes to, and what the colours mean."""
    first, last = charts[0].arena_bytes, charts[-1].arena_bytes
    words = f"The arena takes {amount(first)}."
    if len(charts) == 2:
        less = times(first, last)
        words = f"{amount(first)} before, {amount(last)} after{': ' + less if less else ''}."
    shapes: list[Shape] = [Text(MARGIN, 38, heading, 22, INK, bold=True),
                           Text(MARGIN, 62, words, 14, MUTED)]
    used = {block.kind for chart in charts for block in chart.blocks}
    x = WIDTH - MARGIN
    for kind in reversed([kind for kind in KINDS if kind in used]):
        x -= text_width(KINDS[kind], 12)
        shapes += [Text(x, 62, KINDS[kind], 12, MUTED),
                   Rect(x - 20, 51, 14, 13, SHADES[kind][0], "#34495e", 0.8)]
        x -= 40
    return shapes
