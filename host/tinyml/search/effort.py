# SPDX-License-Identifier: MIT
"""How much a search does in the hours that it is given."""
from dataclasses import dataclass
from math import ceil

from tinyml.errors import SearchError
from tinyml.search.evolve import Pace
from tinyml.search.table import KINDS

TRAINING = 0.65                 # share of the time; the rest is planning and scoring
MOST_EPOCHS = 60
FEWER = 3                       # epochs of a final training for one of the supernet
BRIEF = 12                      # epochs of a final training for one of a trial
MOST_TRIALS = 32


@dataclass(frozen=True)
class Effort:
    """`epochs` of each final training; how many nets are trained from scratch: those found, those scaled
    by hand, those drawn by chance; `seeds`: trainings of the best of each."""

    epochs: int
    seeds: int = 1
    finalists: int = 4
    by_hand: int = 3
    by_chance: int = 3
    samples: int = 200          # nets of each part of the space, by which one is chosen
    pool: int = 200             # feasible nets that a supernet is trained for
    pace: Pace = Pace()

    @property
    def supernet(self) -> int:
        """Epochs of it."""
        return ceil(self.epochs / FEWER)

    @property
    def trial(self) -> int:
        """Epochs of a brief training."""
        return ceil(self.epochs / BRIEF)

    @property
    def trials(self) -> int:
        """How many nets are trained briefly, to see which are to be finalists: those take longer."""
        return min(MOST_TRIALS, self.finalists * self.epochs)

    @property
    def again(self) -> int:
        """Trainings besides the first of each net."""
        return len(KINDS) * (self.seeds - 1)


@dataclass(frozen=True)
class Epoch:
    """Seconds that one takes one worker: of a supernet, of the largest net of the space that fits, and
    of what takes longest of those scaled by hand, whose maps may be many times as large."""

    supernet: float
    final: float
    by_hand: float


def effort_for(hours: float, workers: int, epoch: Epoch, seeds: int = 1) -> Effort:
    """As many epochs as there is time for. Raises SearchError if that is none."""
    made = Effort(1, seeds)
    alone = epoch.supernet / FEWER
    first = max(alone, (alone + epoch.by_hand * made.by_hand + epoch.final * made.by_chance) / workers)
    again = (epoch.by_hand + epoch.final * (len(KINDS) - 1)) * (seeds - 1) / workers
    last = epoch.final * (ceil(made.finalists / workers) + MOST_TRIALS / BRIEF / workers) + again
    epochs = int(TRAINING * 3600 * hours / (first + last))
    if not epochs:
        least = (first + last) / TRAINING / 3600
        raise SearchError(f"{hours:g} hours are too few: every training sees the data once in {least:.2f} "
                          "hours, and better more often; give more --hours, or less data")
    return Effort(min(epochs, MOST_EPOCHS), seeds)
