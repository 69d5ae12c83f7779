# SPDX-License-Identifier: MIT
"""A picture as a list of simple shapes. Units are pixels, y grows downwards; the writers (svg.py,
png.py) turn it into a file, so that both draw the same."""
from dataclasses import dataclass

INK, MUTED, GRID, PAPER, ALARM = "#1d2733", "#5b6776", "#e4e8ec", "#ffffff", "#c1121f"
EM = 0.61                       # mean width of a character over its height, of a wide sans serif


@dataclass(frozen=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = ""
    line: float = 0.0           # width of the stroke
    opacity: float = 1.0
    role: str = ""              # class of the element in an SVG file
    tip: str = ""               # shown while the mouse rests on it


@dataclass(frozen=True)
class Line:
    """A line through two or more points."""

    points: tuple[tuple[float, float], ...]
    colour: str = INK
    width: float = 1.0
    dashes: tuple[float, ...] = ()
    role: str = ""


@dataclass(frozen=True)
class Area:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    fill: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    radius: float
    fill: str
    stroke: str = PAPER
    tip: str = ""


@dataclass(frozen=True)
class Text:
    """`y` is the baseline; `angle` in degrees, clockwise, about (x, y)."""

    x: float
    y: float
    text: str
    size: float = 12.0
    colour: str = INK
    anchor: str = "start"       # start, middle or end
    bold: bool = False
    angle: float = 0.0
    role: str = ""


Shape = Rect | Line | Area | Dot | Text


@dataclass(frozen=True)
class Scene:
    """Shapes in the order they are drawn, on a light ground."""

    title: str
    width: float
    height: float
    shapes: tuple[Shape, ...]


def plain(text: str) -> str:
    """The text without what neither XML nor a terminal may be given: control characters, lone
    surrogates. Names come from models."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Pixels that a text needs, about: fonts differ, so on the wide side."""
    wide = sum(2 if ord(letter) >= 0x1100 else 1 for letter in text)
    return wide * size * EM * (1.1 if bold else 1)


def fit(text: str, width: float, size: float, bold: bool = False) -> str:
    """The text, shortened with an ellipsis until it fits `width` pixels."""
    if text_width(text, size, bold) <= width:
        return text
    while text and text_width(text + "…", size, bold) > width:
        text = text[:-1]
    return text + "…" if text else ""
