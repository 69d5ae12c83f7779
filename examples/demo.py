# SPDX-License-Identifier: MIT
"""From a model file to predictions on an emulated Cortex-M4F board, in one go.

    python3 tasks.py demo

Packs the clothes classifier of examples/fashion into 2 KiB of RAM, copies it with the native module
over the serial line to MicroPython on the board, runs ten photos there, and compares with this machine.
"""
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from tinyml.board import load_board
from tinyml.inputs import read_input
from tinyml.model import Model
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.remote import Remote

FASHION = Path(__file__).parent / "fashion"
BOARD = "m4f"
RAM = 2048                      # bytes, with the photo
ACROSS = 5                      # pictures side by side
SHADES = " .:-=+*#%@"


def picture(path: Path) -> list[str]:
    """A photo of 28x28 as lines of 14 characters."""
    pixels = np.asarray(Image.open(path).resize((14, 7)), np.int32)
    return ["".join(SHADES[value * len(SHADES) // 256] for value in row) for row in pixels]


def print_gallery(paths: list[Path], captions: list[list[str]]) -> None:
    """The photos in rows, the answers below."""
    tiles = [picture(path) + caption for path, caption in zip(paths, captions)]
    for first in range(0, len(tiles), ACROSS):
        for line in zip(*tiles[first:first + ACROSS]):
            print("  ".join(f"{part:14}" for part in line))
        print()


def answer(model: Model, output: bytes) -> tuple[str, float]:
    """The likeliest label and its share. The model's outputs are logits; softmax makes shares of them."""
    model.output[:] = output
    label, highest = model.top(1)[0]
    return label, 1 / np.exp(np.array(model.values()) - highest).sum()


def main() -> None:
    """Pack, copy, run, compare."""
    packed = pack(FASHION / "fashion.tflite", options=Options(ram=RAM), board=load_board(BOARD))
    figures = packed.figures()
    print(f"packed: {figures['file_bytes']} bytes, {figures['arena_bytes']} bytes of RAM, "
          f"{figures['macs']:,} products per photo")
    paths = sorted((FASHION / "images").glob("*.png"))
    with Model(packed.file) as model:
        photos = [read_input(path, model.ports(0)[0])[0] for path in paths]
        here = [bytes(model.run(photo)) for photo in photos]
        start = perf_counter()
        with Remote(BOARD, packed.file, over_cable=True) as board:
            print(f"copied over the serial line to MicroPython on `{BOARD}` "
                  f"in {perf_counter() - start:.1f} s")
            print("self-test on the board: {} of {} golden vectors exact".format(*board.selftest()))
            there = [ran.outputs[0] for ran in board.run(photos)]
        answers = [answer(model, output) for output in there]
        right = [label == model.labels[int(path.name[0])] for (label, _), path in zip(answers, paths)]
    print_gallery(paths, [[label, f"{share:.0%}" + ("" if is_right else ", wrong")]
                          for (label, share), is_right in zip(answers, right)])
    print(f"{sum(right)} of {len(right)} answers are right")
    same = sum(a == b for a, b in zip(here, there))
    print(f"{same} of {len(there)} outputs are the same bytes here and on the board")
    if same != len(there):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
