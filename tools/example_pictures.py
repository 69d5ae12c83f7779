# SPDX-License-Identifier: MIT
"""The pictures of the worked example (tools/example.py): ring, stage, overlap and stack."""
from tinyml.picture.scene import (ALARM, GRID, INK, MUTED, Area, Line, Rect, Scene, Shape, Text)
from tinyml.plan import Options, make_plan
from tinyml.plan.check import firings
from tinyml.plan.rings import Stage, after, all_firings, oldest, pull

from .example import HELD, IMAGE, NARROW, SHAPES, WIDE

DEAD, EMPTY, HELD_FILL, WINDOW_FILL = "#e4e8ec", "#ffffff", "#fdd0a2", "#f9943b"
BLUE, GREEN = "#9ecae1", "#a1d99b"
LANES = ("#9ecae1", "#6baed6", "#fdae6b", "#a1d99b")
EDGE, MARGIN = "#aab4be", 28


def _scene(title: str, width: float, height: float, shapes: list[Shape]) -> Scene:
    head = Text(MARGIN, 40, title, 20, INK, bold=True)
    return Scene(title, width, height, (head, *shapes))


def _lines(x: float, y: float, lines, size: float = 13, colour: str = INK) -> list[Shape]:
    return [Text(x, y + 19 * i, line, size, colour) for i, line in enumerate(lines)]


def _frame(x: float, y: float, width: float, height: float, colour: str = ALARM) -> Line:
    """An outline."""
    right, bottom = x + width, y + height
    return Line(((x, y), (right, y), (right, bottom), (x, bottom), (x, y)), colour, 2)


def _swatch(x: float, y: float, fill: str, text: str) -> list[Shape]:
    return [Rect(x, y - 12, 15, 15, fill, EDGE, 1), Text(x + 23, y, text, 13)]


def ring_scene() -> Scene:
    """The ring of the wide tensor while the depthwise convolution computes pixel (1, 2)."""
    (height, width, _), cell, left, top = SHAPES[WIDE], 26, MARGIN + 24, 92
    first, last = 2 * width + 4, 4 * width + 6          # under the window's first and last corner
    window = {y * width + x for y in (2, 3, 4) for x in (4, 5, 6)}

    def fill(pixel):
        return (DEAD if pixel < first else EMPTY if pixel > last
                else WINDOW_FILL if pixel in window else HELD_FILL)
    shapes: list[Shape] = [Text(left, top - 22, "the tensor wide: 12 x 12 pixels", 13, MUTED)]
    for y in range(height):
        shapes.append(Text(left - 8, top + cell * y + 17, str(y), 11, MUTED, "end"))
        shapes += [Rect(left + cell * x, top + cell * y, cell, cell, fill(y * width + x), EDGE, 1)
                   for x in range(width)]
    shapes += [Text(left + cell * (x + 0.5), top - 6, str(x), 11, MUTED, "middle")
               for x in range(width)]
    shapes.append(_frame(left + 4 * cell, top + 2 * cell, 3 * cell, 3 * cell))
    words = left + cell * width + 44
    shapes += _swatch(words, top + 20, DEAD, "dead: no window will come here again")
    shapes += _swatch(words, top + 48, HELD_FILL, "held: windows to come need it")
    shapes += _swatch(words, top + 76, WINDOW_FILL, "held, and under the 3 x 3 window now")
    shapes += _swatch(words, top + 104, EMPTY, "not written yet")
    shapes += _lines(words, top + 156, (
        "From the window's first pixel (2, 4) to its last one (4, 6)",
        "there are two rows of 12 and 3 more: 27 pixels.",
        "That is all that must be kept: 27 x 16 = 432 bytes",
        "instead of 144 x 16 = 2304."))
    return _scene("A ring keeps what a window can still reach", 1000, 560,
                  shapes + _ring_strip(left, top + cell * height + 62, first, last, window))


def _ring_strip(left: float, top: float, first: int, last: int, window) -> list[Shape]:
    """The slots of the ring, and which pixel each holds."""
    slots, cell, width = last - first + 1, 33, SHAPES[WIDE][1]
    shapes: list[Shape] = [Text(left, top - 14, "the ring in the arena: pixel number modulo 27 "
                                "is its slot", 13, MUTED)]
    for pixel in range(first, last + 1):
        x = left + cell * (pixel % slots)
        fill = WINDOW_FILL if pixel in window else HELD_FILL
        shapes += [Rect(x, top, cell, 34, fill, EDGE, 1),
                   Text(x + cell / 2, top + 21, f"{pixel // width},{pixel % width}", 10.5, INK,
                        "middle")]
    shapes += [Text(left + cell * (slot + 0.5), top + 49, str(slot), 10, MUTED, "middle")
               for slot in range(slots)]
    newest = left + cell * (last % slots)
    shapes.append(_frame(newest, top, cell, 34, INK))
    return shapes + [Text(newest, top + 74, "the newest pixel: it went where (2, 3) was, which is "
                          "dead", 13)]


def stage_scene() -> Scene:
    """Who fires when: the first stage of the fastest plan, a row at a time."""
    plan = make_plan(HELD, Options(stages="rings"))
    fired = [(index, y) for index, y, _ in firings(plan, plan.stages[0])]
    cell, lane, left, top = 24, 58, 148, 92
    place = {firing: (left + cell * n, top + lane * firing[0]) for n, firing in enumerate(fired)}
    shapes: list[Shape] = []
    for index in range(4):
        y = top + lane * index
        shapes += [Text(left - 16, y + 20, HELD.tasks[index].name, 13, INK, "end"),
                   Line(((left, y + 15), (left + cell * len(fired), y + 15)), GRID, 2)]
    for row in (0, 1):                  # what the first two rows of the depthwise wait for
        x, y = place[2, row]
        for needed in (2 * row, 2 * row + 1, 2 * row + 2):
            from_x, from_y = place[1, needed]
            shapes.append(Line(((from_x + 11, from_y + 28), (x + 11, y)), ALARM, 1.3))
    for (index, row), (x, y) in place.items():
        shapes += [Rect(x + 1, y, cell - 2, 30, LANES[index], EDGE, 1),
                   Text(x + cell / 2, y + 20, str(row), 12, INK, "middle")]
    foot = top + 4 * lane + 6
    shapes += [Line(((left, foot), (left + cell * len(fired), foot)), MUTED),
               Text(left, foot + 18, "1st firing", 11, MUTED),
               Text(left + cell * len(fired), foot + 18, f"{len(fired)}th firing", 11, MUTED, "end")]
    shapes += _lines(left, foot + 48, (
        "Each box is one firing, and the number in it the row that it computes. Time goes to the "
        "right.",
        "Red: row 0 of the depthwise convolution waits for rows 0, 1, 2 of what it reads, row 1 "
        "for rows 2, 3, 4.",
        "Of the ops that can fire, the last one does: rows go as far as they can before a new one "
        "is begun."))
    return _scene("A stage: four ops take turns", left + cell * len(fired) + MARGIN, foot + 116,
                  shapes)


def _overlap() -> list[tuple[int, int]]:
    """(bytes written of the output, bytes dead of the picture) at each firing of the last op of
    the first stage, in the smallest plan."""
    stage, sink = Stage(HELD, 1), 3
    needed = pull(stage, sink, 0, *all_firings(stage.task(sink), 1))
    dead = oldest(stage.task(0), SHAPES[IMAGE], *after(stage.task(0), 1, *needed[0]))
    return [((n + 1) * SHAPES[NARROW][2], int(pixels) * SHAPES[IMAGE][2])
            for n, pixels in enumerate(dead)]


def overlap_scene() -> Scene:
    """The region that the picture and the stage's output share, over time."""
    steps, left, top, wide, tall = _overlap(), 96, 84, 560, 320
    size, column = HELD.size(IMAGE), wide / len(steps)

    def at(address):
        return top + tall * (1 - address / size)

    def stairs(values):
        return [(left + column * (n + side), at(value))
                for n, value in enumerate(values) for side in (0, 1)]
    written, dead = stairs([w for w, _ in steps]), stairs([d for _, d in steps])
    shapes: list[Shape] = [
        Rect(left, top, wide, tall, "#fafbfc", EDGE, 1),
        Area(((left, top), *dead, (left + wide, top)), BLUE),
        Area(((left, top + tall), *written, (left + wide, top + tall)), GREEN)]
    for address in range(0, size + 1, 48):
        shapes += [Line(((left - 5, at(address)), (left, at(address))), MUTED),
                   Text(left - 9, at(address) + 4, str(address), 11, MUTED, "end")]
    for row in range(7):
        x = left + wide * row / 6
        shapes += [Line(((x, top + tall), (x, top + tall + 5)), MUTED)]
        if row < 6:
            shapes.append(Text(x + wide / 12, top + tall + 20, f"row {row}", 11, MUTED, "middle"))
    shapes += [Text(left + 24, at(200), "picture, still needed", 14, INK, bold=True),
               Text(left + wide - 24, at(24), "output", 14, INK, "end", bold=True),
               Text(left - 56, top + tall / 2, "address in the region", 11, MUTED, "middle",
                    angle=-90),
               Text(left + wide / 2, top + tall + 42, "output that is being computed", 11, MUTED,
                    "middle")]
    shapes += _lines(left + wide + 32, top + 30, (
        "The picture dies from below,", "the output grows from below.",
        "As long as the green stairs stay", "under the blue ones, both fit",
        "into the 288 bytes of the picture.", "", "An output that grew faster would",
        "begin some bytes lower: the gap."))
    return _scene("Input and output of a stage share a region", 960, top + tall + 70, shapes)


def stack_scene() -> Scene:
    """What is kept of the wide tensor, and what is kept when its rows are computed again. The
    area on paper is the number of bytes."""
    cell, unit, top = 26, 2.6, 128      # pixels of paper: a pixel's width, and height of a byte
    right = MARGIN + 12 * cell + 130
    shapes = _held_rows(MARGIN, top, cell, 16 * unit, 27, WINDOW_FILL, HELD_FILL, 4)
    shapes += _lines(MARGIN, 78, ("Kept: 2 rows and 3 pixels of wide, 16 bytes a pixel",
                                  "27 x 16 = 432 bytes"))
    shapes += _lines(right, 78, ("Kept: 2 rows and 1 pixel of features, 4 bytes a pixel",
                                 "25 x 4 = 100 bytes"))
    shapes += _held_rows(right, top, cell, 4 * unit, 25, "#4292c6", BLUE, 6)
    bottom, beside = top + 3 * 4 * unit + 44, right + 7 * cell + 24
    shapes += _lines(beside, bottom + 14, ("and 3 stacks of wide: in each",
                                           "the 3 rows of one column",
                                           "3 x 3 x 16 = 144 bytes"))
    shapes += _lines(beside, bottom + 86, ("For a new stack, the 1x1 convolution",
                                           "expands a column of features again."), 13, MUTED)
    for column in range(3):
        shapes += [Rect(right + cell * (4 + column), bottom + 16 * unit * row, cell, 16 * unit,
                        WINDOW_FILL, EDGE, 1) for row in range(3)]
    shapes.append(_frame(right + 4 * cell, bottom, 3 * cell, 3 * 16 * unit))
    begin = right + cell * 6.5, top + 3 * 4 * unit + 3
    shapes += _arrow(begin, (begin[0], bottom - 3))
    shapes += _lines(MARGIN, bottom + 86, ("The area on paper is the number of bytes.",), 13, MUTED)
    return _scene("Recompute: keep the narrow rows, expand them again", 940,
                  bottom + 3 * 16 * unit + 44, shapes)


def _held_rows(left, top, cell, tall, pixels, near, far, column) -> list[Shape]:
    """The last pixels of three rows of 12, up to the one in which the window ends; those that are
    read now are darker."""
    last = 2 * 12 + 6
    shapes: list[Shape] = []
    for pixel in range(last - pixels + 1, last + 1):
        y, x = divmod(pixel, 12)
        shapes.append(Rect(left + cell * x, top + tall * y, cell, tall,
                           near if column <= x <= 6 else far, EDGE, 1))
    shapes.append(_frame(left + cell * column, top, cell * (7 - column), 3 * tall))
    return shapes


def _arrow(begin, end) -> list[Shape]:
    """Downwards."""
    x, y = end
    return [Line((begin, (x, y - 8)), ALARM, 2), Area(((x - 6, y - 9), (x + 6, y - 9), (x, y)), ALARM)]
