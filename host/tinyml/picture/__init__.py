# SPDX-License-Identifier: MIT
"""Pictures of a plan: memory over time, and the frontier of bytes against work."""
from pathlib import Path

from tinyml.picture.frontier import Point, frontier_scene
from tinyml.picture.memory import Block, MemoryChart
from tinyml.picture.memory_picture import memory_scene
from tinyml.picture.png import PictureError, scene_png
from tinyml.picture.scene import Scene
from tinyml.picture.svg import scene_svg
from tinyml.picture.text import memory_text

__all__ = ["Block", "MemoryChart", "PictureError", "Point", "frontier_scene", "frontier_svg",
           "memory_scene", "memory_svg", "memory_text", "require_picture", "write_picture"]


def memory_svg(before: MemoryChart, after: MemoryChart | None = None, heading: str = "") -> str:
    """The SVG file of a plan, or of two on the same scale."""
    return scene_svg(memory_scene(before, after, heading))


def frontier_svg(points, heading: str = "", ram_bytes: int | None = None) -> str:
    """The SVG file of a frontier."""
    return scene_svg(frontier_scene(points, heading, ram_bytes))


def require_picture(path: str | Path) -> None:
    """Raises PictureError unless the name ends in .svg or .png: to be asked before long work."""
    if Path(path).suffix.lower() not in (".svg", ".png"):
        raise PictureError(f"{path}: a picture is an .svg or a .png file")


def write_picture(path: str | Path, scene: Scene) -> None:
    """Writes an .svg or a .png file, by the suffix. Raises PictureError for any other, and for
    .png without matplotlib; OSError where the file can't be written."""
    require_picture(path)
    if Path(path).suffix.lower() == ".svg":
        Path(path).write_text(scene_svg(scene), encoding="utf-8")
    else:
        Path(path).write_bytes(scene_png(scene))
