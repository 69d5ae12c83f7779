# SPDX-License-Identifier: MIT
"""Draws the pictures of docs/PLANNER.md from the planner's own numbers: `python3 -m tools.pictures`.

Each is a scene of tinyml.picture, so an SVG on its own light ground, readable on any page.
"""
from pathlib import Path

from tinyml.charts import memory_picture
from tinyml.picture import write_picture
from tinyml.picture.scene import Scene
from tinyml.pipeline import compile_model
from tinyml.plan import Options

from .example_pictures import overlap_scene, ring_scene, stack_scene, stage_scene
from .steps import ROOT

FOLDER = ROOT / "docs/pictures"
LARGER = ROOT / "examples/fashion/larger.tflite"


def larger_scene() -> Scene:
    """The arena of examples/fashion/larger.tflite, op by op and at its smallest."""
    options = Options(goal="smallest", max_extra=0)
    compiled = compile_model(LARGER.read_bytes(), "larger", options=options)
    return memory_picture(LARGER, compiled)


PICTURES = {"ring": ring_scene, "stage": stage_scene, "overlap": overlap_scene,
            "stack": stack_scene, "larger": larger_scene}


def main(folder: Path = FOLDER) -> None:
    """Writes every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, scene in PICTURES.items():
        write_picture(folder / f"{name}.svg", scene())


if __name__ == "__main__":
    main()
