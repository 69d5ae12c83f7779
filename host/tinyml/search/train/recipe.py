# SPDX-License-Identifier: MIT
"""How weights are found: numbers, and the rate over time."""
from dataclasses import dataclass
from math import cos, pi


@dataclass(frozen=True)
class Recipe:
    """Stochastic gradient descent with Nesterov's momentum; the rate rises over the first `warm` of all
    steps, then falls as a cosine. `rate` is that of a batch of 128 items. `flip`: pictures may be
    mirrored; `samples`: nets besides the largest in each step of a supernet."""

    epochs: int = 12
    batch: int = 128
    rate: float = 0.4
    momentum: float = 0.9
    decay: float = 3e-5
    smoothing: float = 0.05
    warm: float = 0.1
    clip: float = 5.0
    flip: bool = True
    samples: int = 3

    def rate_at(self, progress: float) -> float:
        """`progress`: 0 at the start, 1 at the end."""
        if progress < self.warm:
            share = progress / self.warm
        else:
            share = 0.5 * (1 + cos(pi * (progress - self.warm) / (1 - self.warm)))
        return self.rate * share * self.batch / 128

    def steps(self, items: int) -> int:
        """Of the whole training; what is left over of an epoch is not used, if it isn't all."""
        return self.epochs * self.steps_of_epoch(items)

    def steps_of_epoch(self, items: int) -> int:
        return max(1, items // self.batch)
