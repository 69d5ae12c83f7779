# SPDX-License-Identifier: MIT
"""What data is once it was read: arrays, classes, and parts for training, for choosing, for the last
word."""
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from tinyml.quantize.source import Preparation
from tinyml.quantize.wav import Frontend

IMAGES, SOUND, MOTION = "images", "sound", "motion"
PIXELS = Preparation(1 / 255)


@dataclass(frozen=True, eq=False)
class Items:
    """`x`: (items, height, width, channels), bytes of pixels or float32; `y`: numbers of classes. Of
    sound and motion, height is time and width is 1."""

    x: np.ndarray
    y: np.ndarray

    def take(self, which) -> "Items":
        return Items(self.x[which], self.y[which])

    def at(self, size: tuple[int, int]) -> "Items":
        """With another height and width: pictures resized as `tinyml eval` does, readings as if joined
        by lines."""
        if self.x.shape[1:3] == size:
            return self
        if self.x.dtype == np.uint8:
            return replace(self, x=np.stack([_resized(picture, size) for picture in self.x]))
        return replace(self, x=_on_lines(_on_lines(self.x, 1, size[0]), 2, size[1]))


def _on_lines(x: np.ndarray, axis: int, count: int) -> np.ndarray:
    """So many readings instead, at even distances."""
    held = x.shape[axis]
    places = np.clip((np.arange(count) + 0.5) * held / count - 0.5, 0, held - 1)
    low = np.floor(places).astype(int)
    share = (places - low).astype(x.dtype).reshape(-1, *[1] * (x.ndim - axis - 1))
    after = np.minimum(low + 1, held - 1)
    return np.take(x, low, axis) * (1 - share) + np.take(x, after, axis) * share


def _resized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    held = Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
    sized = held.resize(size[::-1], Image.Resampling.BILINEAR)
    return np.asarray(sized, np.uint8).reshape(*size, picture.shape[2])


@dataclass(frozen=True, eq=False)
class Dataset:
    """`prepare`: what is done to numbers before a model sees them; `frontend`: to sounds before that."""

    kind: str
    classes: tuple[str, ...]
    train: Items
    validation: Items
    test: Items
    prepare: Preparation
    frontend: Frontend | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of an item."""
        return self.train.x.shape[1:]

    def at(self, size: tuple[int, int]) -> "Dataset":
        """With pictures of this height and width."""
        if self.shape[:2] == size:
            return self
        return replace(self, **{part: getattr(self, part).at(size)
                                for part in ("train", "validation", "test")})
