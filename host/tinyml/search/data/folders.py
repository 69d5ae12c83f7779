# SPDX-License-Identifier: MIT
"""A folder for each class: of pictures, or of sounds.

The folder that a file stands in is its class. Of those above it, one named `train`, `test` or
`validation` says the part, and the others say whose it is: `test/anna/yes/1.wav`.
"""
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from PIL import Image

from tinyml.data import SOUND as WAV
from tinyml.errors import ModelError
from tinyml.inputs import PICTURES, picture_pixels
from tinyml.quantize.wav import Frontend, wav_facts
from tinyml.search.data.found import PARTS, Found
from tinyml.search.data.items import IMAGES, SOUND

GLANCE = 50                     # pictures that tell whether there is colour
WINDOW, HOP = 0.03, 0.02        # seconds
BANDS, LOW, HIGH = 40, 20, 4000     # of mel; Hz
LONGEST = 1.0                   # seconds of sound that a model hears


@dataclass(frozen=True)
class Item:
    """What the folders of a file say."""

    path: Path
    word: str
    part: str
    group: str


@dataclass(frozen=True)
class Asked:
    """A port of the shape that items are wanted in."""

    shape: tuple[int, ...]


def items_below(folder: Path, kinds: set[str]) -> list[Item]:
    """Every file of those kinds, but those in the folder itself."""
    found = []
    for path in sorted(folder.rglob("*")):
        levels = path.relative_to(folder).parts[:-1]
        if path.suffix.lower() not in kinds or not levels or path.name.startswith("."):
            continue
        parts = [PARTS[level.lower()] for level in levels[:-1] if level.lower() in PARTS]
        group = "/".join(level for level in levels[:-1] if level.lower() not in PARTS)
        found.append(Item(path, levels[-1], parts[0] if parts else "", group))
    return found


def _found(kind: str, x: np.ndarray, items: list[Item], frontend: Frontend | None = None) -> Found:
    """Where some folders say whose their items are, each other item is nobody else's."""
    groups = tuple(item.group or str(item.path) for item in items)
    return Found(kind, x, tuple(item.word for item in items), tuple(item.part for item in items),
                 groups if any(item.group for item in items) else None, frontend)


def read_pictures(items: list[Item], size: tuple[int, int]) -> Found:
    """Pictures of one size; grey if there is no colour in the first of them."""
    glance = items[::max(1, len(items) // GLANCE)]
    port = Asked((1, *size, 3 if any(map(_is_coloured, glance)) else 1))
    return _found(IMAGES, np.stack([picture_pixels(item.path, port) for item in items]), items)


def _is_coloured(item: Item) -> bool:
    try:
        with Image.open(item.path) as picture:
            return len(picture.getbands()) > 2 or picture.mode == "P"
    except OSError:
        return False                            # picture_pixels says what is wrong with it


def read_sounds(items: list[Item], frontend: Frontend | None) -> Found:
    """Log-mel energies of the beginning of each, down to where the longest ends."""
    facts = [wav_facts(item.path) for item in items]
    frontend = frontend or _usual(facts[0][0])
    seconds = min(LONGEST, max(samples / rate for rate, samples in facts))
    count = max(1, int(seconds * frontend.rate - frontend.window) // frontend.hop + 1)
    port = Asked((1, count, 1, frontend.features))
    if prod(port.shape) < 2:
        raise ModelError(f"`{items[0].path}` is too short to be heard")
    return _found(SOUND, np.stack([frontend(item.path, port) for item in items]), items, frontend)


def _usual(rate: int) -> Frontend:
    """What is mostly taken for words."""
    return Frontend(rate, round(WINDOW * rate), round(HOP * rate), BANDS, LOW, min(HIGH, rate // 2))


PICTURE_KINDS, SOUND_KINDS = set(PICTURES), {WAV}
