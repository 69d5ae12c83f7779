# SPDX-License-Identifier: MIT
"""A scene as PNG, drawn by matplotlib: an optional extra (`plot`)."""
import warnings
from functools import singledispatch
from io import BytesIO

from tinyml.errors import TinymlError
from tinyml.picture.scene import PAPER, Area, Dot, Line, Rect, Scene, Text, plain

INCH = 100                      # pixels of a scene in an inch of matplotlib
SHARPNESS = 2                   # pixels of the file in one of the scene, each way
ANCHORS = {"start": "left", "middle": "center", "end": "right"}


class PictureError(TinymlError):
    """A picture can't be drawn as asked."""


def scene_png(scene: Scene) -> bytes:
    """The bytes of a PNG file. Raises PictureError without matplotlib."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise PictureError("a .png picture needs matplotlib: `pip install tinyml-mpy[plot]`, "
                           "or ask for an .svg, which needs nothing") from None
    figure = Figure(figsize=(scene.width / INCH, scene.height / INCH), facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, scene.width), ylim=(scene.height, 0))
    axes.set_axis_off()
    for level, shape in enumerate(scene.shapes):
        _draw(shape, axes, {"zorder": level, "clip_on": False})
    file = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")     # a letter that the font lacks is drawn as a box
        figure.savefig(file, format="png", dpi=INCH * SHARPNESS, facecolor=PAPER)
    return file.getvalue()


@singledispatch
def _draw(shape, axes, more) -> None:
    raise AssertionError(shape)


@_draw.register
def _rect(shape: Rect, axes, more) -> None:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle
    fill = to_rgba(shape.fill, shape.opacity) if shape.fill != "none" else "none"
    axes.add_patch(Rectangle((shape.x, shape.y), shape.width, shape.height, facecolor=fill,
                             edgecolor=shape.stroke or "none", linewidth=_points(shape.line),
                             **more))


@_draw.register
def _line(shape: Line, axes, more) -> None:
    from matplotlib.lines import Line2D
    # matplotlib counts dashes in widths of the line.
    style = (0, [dash / shape.width for dash in shape.dashes]) if shape.dashes else "-"
    axes.add_line(Line2D(*zip(*shape.points), color=shape.colour, linewidth=_points(shape.width),
                         linestyle=style, **more))


@_draw.register
def _area(shape: Area, axes, more) -> None:
    from matplotlib.patches import Polygon
    axes.add_patch(Polygon(shape.points, facecolor=shape.fill, edgecolor="none",
                           alpha=shape.opacity, **more))


@_draw.register
def _dot(shape: Dot, axes, more) -> None:
    from matplotlib.patches import Circle
    axes.add_patch(Circle((shape.x, shape.y), shape.radius, facecolor=shape.fill,
                          edgecolor=shape.stroke, linewidth=_points(1), **more))


@_draw.register
def _words(shape: Text, axes, more) -> None:
    # The names of tensors are no formulas: `parse_math` would read what stands between two $.
    axes.text(shape.x, shape.y, plain(shape.text), fontsize=_points(shape.size), color=shape.colour,
              ha=ANCHORS[shape.anchor], va="baseline", rotation=-shape.angle,
              rotation_mode="anchor", weight="bold" if shape.bold else "normal",
              family="DejaVu Sans", parse_math=False, **more)


def _points(pixels: float) -> float:
    return pixels * 72 / INCH
