# SPDX-License-Identifier: MIT
"""Where the tasks are cut into stages. Inside a stage tasks run interleaved, on rings; between
stages a tensor is whole."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """Tasks `first` to `last`, both included."""

    first: int
    last: int


def one_by_one(tasks: int) -> tuple[Stage, ...]:
    """A stage for every task: each runs to its end before the next begins."""
    return tuple(Stage(number, number) for number in range(tasks))
