# SPDX-License-Identifier: MIT
"""The frontier: what each byte of arena less costs, in products done twice and in time."""
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tinyml.picture.axes import KIB, ticks
from tinyml.picture.scene import (ALARM, GRID, INK, MUTED, Area, Dot, Line, Rect, Scene, Shape,
                                  Text, text_width)

WIDTH, MARGIN, LEFT, BANNER = 1000, 24, 66, 64      # pixels
TALL, FOOT = 320, 66            # of a frame, and below it
CURVE, SIZE = "#2171b5", 11     # colour of the curve; height of the labels in pixels
FAR = 1.5                       # a board with so many times more than any plan takes is no line


@dataclass(frozen=True)
class Point:
    """A plan: its arena, products beyond the model's own in percent, predicted time in millions
    of cycles (None where it isn't known). `chosen`: the one that is packed."""

    arena_bytes: int
    extra_percent: float
    mcycles: float | None = None
    name: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class _Plot:
    """A frame in pixels, and the numbers at its edges."""

    y: float
    title: str
    unit: str
    values: tuple[tuple[float, float], ...]     # (KiB, what it costs), by KiB
    left: float                                 # KiB at the edges
    right: float
    low: float
    high: float
    x = MARGIN + LEFT
    width = WIDTH - 2 * MARGIN - LEFT

    def place(self, kib: float, value: float) -> tuple[float, float]:
        return (self.x + self.width * (kib - self.left) / (self.right - self.left),
                self.y + TALL * (self.high - value) / (self.high - self.low))


def frontier_scene(points: Sequence[Point], heading: str = "",
                   ram_bytes: int | None = None) -> Scene:
    """Extra products over arena, and below it cycles over arena where all are known. `ram_bytes`
    draws what a board has."""
    assert points
    points = sorted(points, key=lambda point: (point.arena_bytes, point.extra_percent))
    heading = heading or "What a smaller arena costs"
    costs = [("products beyond the model's own (%)", "{:+.1f} %",
              [point.extra_percent for point in points])]
    if all(point.mcycles is not None for point in points):
        costs.append(("predicted time (million cycles)", "{:.4g} M",
                      [point.mcycles for point in points]))
    kib = [point.arena_bytes / KIB for point in points]
    edges = _width(kib + [ram for ram in [(ram_bytes or 0) / KIB] if 0 < ram <= FAR * kib[-1]])
    shapes: list[Shape] = [Text(MARGIN, 38, heading, 22, INK, bold=True)]
    for number, (title, unit, values) in enumerate(costs):
        low, high = _range(values, from_zero=number == 0)
        plot = _Plot(BANNER + 22 + number * (TALL + FOOT + 30), title, unit,
                     tuple(zip(kib, values)), *edges, low, high)
        shapes += _plot_shapes(plot, points, ram_bytes)
    return Scene(heading, WIDTH, BANNER + 22 + len(costs) * (TALL + FOOT + 30) - 20, tuple(shapes))


def _range(values: list[float], from_zero: bool) -> tuple[float, float]:
    """The numbers at the lower and the upper edge; cycles from zero too, unless all are near."""
    low, high = min(values), max(values)
    if from_zero or low < 0.5 * high:
        return min(low, 0.0), max(1.45 * high, 1.0 if from_zero else 1e-9)
    room = max(high - low, 0.02 * high, 1e-9)
    return low - 0.2 * room, high + 0.5 * room


def _width(kib: list[float]) -> tuple[float, float]:
    """KiB at the edges: from zero where it is not far, and with room for the last label."""
    low, high = min(kib), max(kib)
    left = 0.0 if low < 0.5 * high else low - 0.15 * (high - low) - 0.05 * low
    return left, max(high + 0.16 * (high - left), left + 1e-3)


def _plot_shapes(plot: _Plot, points: list[Point], ram_bytes: int | None) -> list[Shape]:
    places = [plot.place(*value) for value in plot.values]
    # A plan serves every arena up to the next one's: stairs, not a slope.
    stairs = [corner for here, after in zip(places, places[1:])
              for corner in (here, (after[0], here[1]))] + [places[-1]]
    stairs.append((plot.x + plot.width, places[-1][1]))
    bottom = plot.y + TALL
    ground = Area((*stairs, (plot.x + plot.width, bottom), (places[0][0], bottom)), CURVE, 0.07)
    return [*_axes(plot), ground, *_board(plot, ram_bytes), Line(tuple(stairs), CURVE, 2),
            *_labels(plot, places, points), *map(partial(_dot, plot), points, plot.values, places)]


def _axes(plot: _Plot) -> list[Shape]:
    right, bottom = plot.x + plot.width, plot.y + TALL
    title = plot.title + ("; the axis begins above 0" if plot.low > 0 else "")
    shapes: list[Shape] = [Rect(plot.x, plot.y, plot.width, TALL, "#fafbfc", GRID, 1,
                                role="frame"),
                           Text(plot.x, plot.y - 9, title, 13, INK, bold=True)]
    for value in ticks(plot.low, plot.high, 7):
        y = plot.place(0, value)[1]
        shapes += [Line(((plot.x, y), (right, y)), GRID),
                   Text(plot.x - 7, y + 4, f"{value:,.6g}", 11, MUTED, "end")]
    for kib in ticks(plot.left, plot.right, 12):
        x = plot.place(kib, 0)[0]
        shapes += [Line(((x, bottom), (x, bottom + 4)), MUTED),
                   Text(x, bottom + 17, f"{kib:,g}", 11, MUTED, "middle")]
    return shapes + [Text(plot.x + plot.width / 2, bottom + 36, "arena (KiB)", 11, MUTED,
                          "middle")]


def _board(plot: _Plot, ram_bytes: int | None) -> list[Shape]:
    if not ram_bytes:
        return []
    words = f"the board has {ram_bytes / KIB:,.4g} KiB"
    if ram_bytes / KIB > plot.right:
        return [Text(plot.x + plot.width - 8, plot.y + 16, words, 11, ALARM, "end")]
    x = plot.place(ram_bytes / KIB, 0)[0]
    return [Line(((x, plot.y), (x, plot.y + TALL)), ALARM, 1.4, (5, 4), "board"),
            Text(x + 6, plot.y + 16, words, 11, ALARM)]


def _dot(plot: _Plot, point: Point, value: tuple[float, float], place) -> Shape:
    tip = f"{point.name}\n{_label(plot, value)}".strip()
    if point.mcycles is not None:
        tip += f"\n{point.extra_percent:+.3g} % products, {point.mcycles:.4g} million cycles"
    return Dot(*place, 6 if point.chosen else 4, ALARM if point.chosen else CURVE, tip=tip)


def _label(plot: _Plot, value: tuple[float, float]) -> str:
    return f"{value[0]:,.1f} KiB, {plot.unit.format(value[1])}"


def _labels(plot: _Plot, places, points: list[Point]) -> list[Shape]:
    """A label for each point, up and to the right of it: above stairs that fall there is room.
    Where points are near, labels are slanted; one that would cover the last is left to the
    mouse, but never the one that was chosen."""
    texts = [_label(plot, value) + (", chosen" if point.chosen else "")
             for value, point in zip(plot.values, points)]
    slanted = any(x1 - x0 < text_width(text, SIZE) + 14 and y1 - y0 < SIZE + 4
                  for (x0, y0), (x1, y1), text in zip(places, places[1:], texts))
    # Along x + y slanted labels are as far apart as their points.
    kept = [i for i, point in enumerate(points) if point.chosen]
    for i, (x, y) in enumerate(places):
        if not slanted or all(abs(x + y - sum(places[other])) >= 1.42 * (SIZE + 2)
                              for other in kept if other != i):
            kept.append(i)
    return [Text(places[i][0] + 7, places[i][1] - 7, texts[i], SIZE,
                 ALARM if points[i].chosen else INK, bold=points[i].chosen,
                 angle=-45 if slanted else 0, role="point") for i in sorted(set(kept))]
