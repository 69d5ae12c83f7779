# SPDX-License-Identifier: MIT
"""A scene as SVG 1.1, with no dependency. Any text may stand in it: names come from models."""
from functools import singledispatch
from html import escape

from tinyml.picture.scene import PAPER, Area, Dot, Line, Rect, Scene, Text, plain

FONTS = "Helvetica, Arial, 'DejaVu Sans', sans-serif"


def scene_svg(scene: Scene) -> str:
    """The text of an SVG file."""
    size = _attributes(width=scene.width, height=scene.height)
    box = f"0 0 {_number(scene.width)} {_number(scene.height)}"
    return "\n".join((
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1"{size} viewBox="{box}" '
        f'font-family="{FONTS}">',
        f"<title>{_text(scene.title)}</title>",
        f'<rect{size} fill="{PAPER}"/>',
        *map(_element, scene.shapes), "</svg>", ""))


@singledispatch
def _element(shape) -> str:
    raise AssertionError(shape)


@_element.register
def _rect(shape: Rect) -> str:
    attributes = _attributes(x=shape.x, y=shape.y, width=shape.width, height=shape.height,
                             fill=shape.fill, stroke=shape.stroke, stroke_width=shape.line,
                             fill_opacity=_unless(shape.opacity, 1), role=shape.role)
    return _tipped("rect", attributes, shape.tip)


@_element.register
def _line(shape: Line) -> str:
    dashes = " ".join(map(_number, shape.dashes))
    attributes = _attributes(points=_points(shape.points), fill="none", stroke=shape.colour,
                             stroke_width=shape.width, stroke_dasharray=dashes, role=shape.role)
    return f"<polyline{attributes}/>"


@_element.register
def _area(shape: Area) -> str:
    attributes = _attributes(points=_points(shape.points), fill=shape.fill,
                             fill_opacity=_unless(shape.opacity, 1))
    return f"<polygon{attributes}/>"


@_element.register
def _dot(shape: Dot) -> str:
    attributes = _attributes(cx=shape.x, cy=shape.y, r=shape.radius, fill=shape.fill,
                             stroke=shape.stroke)
    return _tipped("circle", attributes, shape.tip)


@_element.register
def _words(shape: Text) -> str:
    turn = f"rotate({_number(shape.angle)} {_number(shape.x)} {_number(shape.y)})"
    attributes = _attributes(
        x=shape.x, y=shape.y, font_size=shape.size, fill=shape.colour,
        text_anchor=_unless(shape.anchor, "start"), font_weight="bold" if shape.bold else "",
        transform=turn if shape.angle else "", role=shape.role)
    return f'<text{attributes} pointer-events="none">{_text(shape.text)}</text>'


def _tipped(tag: str, attributes: str, tip: str) -> str:
    return (f"<{tag}{attributes}><title>{_text(tip)}</title></{tag}>" if tip
            else f"<{tag}{attributes}/>")


def _attributes(**values) -> str:
    """Those that are not empty; `role` is written as `class`, `_` as `-`."""
    names = {name: "class" if name == "role" else name.replace("_", "-") for name in values}
    return "".join(
        f' {names[name]}="{escape(value if isinstance(value, str) else _number(value))}"'
        for name, value in values.items() if value not in ("", None))


def _unless(value, usual):
    return None if value == usual else value


def _points(points) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return escape("\n".join(plain(line) for line in text.split("\n")))
