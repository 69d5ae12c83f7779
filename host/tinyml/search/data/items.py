# SPDX-License-Identifier: MIT
"""What data is once it was read: arrays, classes, and parts for training, for choosing, for the last
word."""
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from tinyml.errors import ModelError
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
        """Pictures of another height and width, resized as `tinyml eval` does."""
        if self.x.shape[1:3] == size:
            return self
        if self.x.dtype != np.uint8:
            raise ModelError(f"items of {'x'.join(map(str, self.x.shape[1:]))} numbers can't be resized: "
                             "only pictures of bytes can")
        return replace(self, x=np.stack([_resized(picture, size) for picture in self.x]))


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
