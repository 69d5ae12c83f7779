# SPDX-License-Identifier: MIT
"""Where data comes from, and what is done to its numbers before a model sees them."""
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from tinyml.errors import ModelError
from tinyml.ir import Port


@dataclass(frozen=True)
class Preparation:
    """(number * scale - mean) / std; mean and std are one number or one for each channel."""

    scale: float = 1.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)

    def __call__(self, array: np.ndarray, port: Port) -> np.ndarray:
        channels = port.shape[-1]
        for name, numbers in (("mean", self.mean), ("std", self.std)):
            if len(numbers) not in (1, channels):
                raise ModelError(f"--{name} has {len(numbers)} numbers, the model's input has "
                                 f"{channels} channels: give one number, or one for each")
        if 0 in self.std:
            raise ModelError("--std is a divisor and can't be 0")
        numbers = np.asarray(array, np.float32) * np.float32(self.scale) - np.float32(self.mean)
        return numbers / np.float32(self.std)


@dataclass(frozen=True)
class Source:
    """`calibrate`: how many items ranges are found on; `names`: a file with those of the classes;
    `frontend`: one that says what a model is given of a sound."""

    data: Path | None
    labels: Path | None = None
    names: Path | None = None
    calibrate: int = 100
    prepare: Preparation = Preparation()
    frontend: Path | None = None


def preparation(scale: str, mean: str, std: str) -> Preparation:
    """From the texts of a user: numbers with commas between, `1/255` as well."""
    factors = _numbers("scale", scale)
    if len(factors) != 1:
        raise ModelError(f"--scale `{scale}` must be one number; --std takes several")
    return Preparation(factors[0], _numbers("mean", mean), _numbers("std", std))


def _numbers(name: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(Fraction(part.strip())) for part in text.split(","))
    except (ValueError, ZeroDivisionError):
        raise ModelError(f"--{name} `{text}` is not numbers with commas between") from None
