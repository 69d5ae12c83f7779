# SPDX-License-Identifier: MIT
"""What a user may ask of the planner."""
from dataclasses import dataclass

STAGES = ("auto", "single", "rings", "recompute", "patches")


@dataclass(frozen=True)
class Options:
    """`ram`: most bytes of the arena. `goal`: "fastest" within it, or "smallest".
    `max_extra`: most products computed again, in percent of all; None: any.
    `stages`: one of STAGES; "single" runs op by op, "rings" computes nothing twice, "recompute"
    allows it, "patches" runs the first stage in tiles; "auto" takes the best of all.
    `feed_rows`: the input comes row by row and is never held.
    `paged`: weights may be read from the file while the model runs; the arena has room for them.
    `short_steps`: no piece of `Model.steps` takes much more than half a million instructions.
    `core`: whose costs say what is fast (plan/cores.py); None: a Cortex-M4's, roughly.
    `cycles`: most of a run on that core.
    """

    ram: int | None = None
    goal: str = "fastest"
    max_extra: float | None = None
    stages: str = "auto"
    feed_rows: bool = False
    paged: bool = False
    short_steps: bool = False
    core: str | None = None
    cycles: int | None = None
