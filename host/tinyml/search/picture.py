# SPDX-License-Identifier: MIT
"""The same as a picture: accuracy over time, RAM and flash, what nothing beats joined by stairs."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tinyml.picture.axes import KIB, ticks
from tinyml.picture.scene import GRID, INK, MUTED, Dot, Line, Rect, Scene, Shape, Text
from tinyml.search.table import BY_CHANCE, BY_HAND, KINDS, SEARCHED, Row, time_of

WIDTH, MARGIN, LEFT, GAP, BANNER, TALL, FOOT = 1000, 24, 40, 46, 100, 320, 60     # pixels
COLOURS = {SEARCHED: "#2171b5", BY_HAND: "#d9730d", BY_CHANCE: "#8a94a0"}


@dataclass(frozen=True)
class _Frame:
    """Where a frame is, and the numbers at its edges."""

    title: str
    x: float
    width: float
    right: float
    low: float                  # percent
    high: float

    def place(self, cost: float, percent: float) -> tuple[float, float]:
        return (self.x + self.width * cost / self.right,
                BANNER + TALL * (self.high - percent) / (self.high - self.low))


def search_scene(rows: Sequence[Row], heading: str = "") -> Scene:
    """Three frames side by side; rows of a kind have a colour."""
    assert rows
    heading = heading or "What was found, and what it had to beat"
    shapes: list[Shape] = [Text(MARGIN, 38, heading, 22, INK, bold=True), *_legend(rows)]
    percents = [100 * row.accuracy for row in rows]
    room = max(0.1 * (max(percents) - min(percents)), 0.5)
    low, high = min(percents) - room, max(percents) + room
    costs = _costs(rows)
    width = (WIDTH - 2 * MARGIN - LEFT - (len(costs) - 1) * GAP) / len(costs)
    for number, (title, cost) in enumerate(costs):
        frame = _Frame(title, MARGIN + LEFT + number * (width + GAP), width,
                       1.08 * max(max(map(cost, rows)), 1e-9), low, high)
        shapes += [*_axes(frame), _stairs(frame, rows, cost), *_dots(frame, rows, cost)]
    return Scene(heading, WIDTH, BANNER + TALL + FOOT, tuple(shapes))


def _costs(rows: Sequence[Row]) -> list[tuple[str, Callable[[Row], float]]]:
    """What a frame is about, and how much of it a row takes."""
    if all(row.seconds is not None for row in rows):
        time = "time (ms)", lambda row: 1e3 * row.seconds
    else:
        time = "time (million cycles)", lambda row: row.cycles / 1e6
    return [time, ("RAM: arena (KiB)", lambda row: row.arena_bytes / KIB),
            ("flash: file (KiB)", lambda row: row.file_bytes / KIB)]


def _legend(rows: Sequence[Row]) -> list[Shape]:
    shapes: list[Shape] = []
    for number, kind in enumerate(kind for kind in KINDS if any(row.kind == kind for row in rows)):
        x = MARGIN + LEFT + 130 * number
        shapes += [Dot(x + 5, 62, 5, COLOURS[kind]), Text(x + 16, 66, kind, 12, INK)]
    return shapes


def _axes(frame: _Frame) -> list[Shape]:
    bottom, right = BANNER + TALL, frame.x + frame.width
    shapes: list[Shape] = [Rect(frame.x, BANNER, frame.width, TALL, "#fafbfc", GRID, 1, role="frame"),
                           Text(frame.x, BANNER - 9, f"accuracy (%) over {frame.title}", 12, INK,
                                bold=True)]
    for percent in ticks(frame.low, frame.high, 7):
        y = frame.place(0, percent)[1]
        shapes += [Line(((frame.x, y), (right, y)), GRID),
                   Text(frame.x - 6, y + 4, f"{percent:.4g}", 11, MUTED, "end")]
    for cost in ticks(0, frame.right, 6):
        x = frame.place(cost, 0)[0]
        shapes += [Line(((x, bottom), (x, bottom + 4)), MUTED),
                   Text(x, bottom + 17, f"{cost:,g}", 11, MUTED, "middle")]
    return shapes + [Text(frame.x + frame.width / 2, bottom + 36, frame.title, 11, MUTED, "middle")]


def _stairs(frame: _Frame, rows: Sequence[Row], cost) -> Line:
    """Up wherever more of a cost has brought more accuracy."""
    corners: list[tuple[float, float]] = []
    for row in sorted(rows, key=lambda row: (cost(row), -row.accuracy)):
        x, y = frame.place(cost(row), 100 * row.accuracy)
        if not corners:
            corners.append((x, y))
        elif y < corners[-1][1]:
            corners += [(x, corners[-1][1]), (x, y)]
    return Line((*corners, (frame.x + frame.width, corners[-1][1])), MUTED, 1.4)


def _dots(frame: _Frame, rows: Sequence[Row], cost) -> list[Shape]:
    """What was searched is drawn last, on top."""
    shapes: list[Shape] = []
    for row in sorted(rows, key=lambda row: -KINDS.index(row.kind)):
        tip = (f"{row.kind}: {row.name}\n{100 * row.accuracy:.1f} %, {time_of(row)}, "
               f"{row.arena_bytes:,} bytes of RAM, {row.file_bytes:,} of flash")
        shapes.append(Dot(*frame.place(cost(row), 100 * row.accuracy), 5, COLOURS[row.kind], tip=tip))
    return shapes
