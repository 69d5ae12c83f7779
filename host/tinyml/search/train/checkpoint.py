# SPDX-License-Identifier: MIT
"""Trainings that were killed go on where they were."""
import pickle
from io import BytesIO
from pathlib import Path
from time import monotonic

import torch

from tinyml.files import write_file

EVERY = 30.0                    # seconds


class Checkpoint:
    """What a training needs to go on, in a file that is whole at any moment. `path` None: nowhere.
    `about` says which training it is of; the file of another one is not read."""

    def __init__(self, path: Path | None, about: str):
        self._path, self._about, self._last = path, about, monotonic()

    def load(self, weights, optimizer) -> int:
        """The step to go on with; 0 where nothing was kept."""
        if self._path is None or not self._path.is_file():
            return 0
        try:
            held = torch.load(self._path, map_location="cpu", weights_only=True)
        except (RuntimeError, EOFError, OSError, pickle.UnpicklingError):
            return 0
        if held.get("about") != self._about:
            return 0
        weights.load_state_dict(held["weights"])
        optimizer.load_state_dict(held["optimizer"])
        return held["step"]

    def keep(self, step: int, weights, optimizer, now: bool = False) -> None:
        """Writes at most every so many seconds, or now. `step`: the next one."""
        if self._path is None or not now and monotonic() < self._last + EVERY:
            return
        content = BytesIO()
        torch.save({"about": self._about, "step": step, "weights": weights.state_dict(),
                    "optimizer": optimizer.state_dict()}, content)
        write_file(self._path, content.getvalue())
        self._last = monotonic()
