# SPDX-License-Identifier: MIT
"""How far a search is, by what each of its tasks costs."""
from pathlib import Path


class Progress:
    """`stage`: what is being done, for people. Workers within reach of `folder` write there how far
    they are."""

    def __init__(self, folder: Path):
        self.stage = "reading"
        self.folder = folder
        self._costs: dict[str, float] = {}
        self._parts: dict[str, float] = {}

    def expect(self, costs: dict[str, float]) -> None:
        """Tasks by their names, and what each costs, in seconds or any other unit."""
        self._costs |= costs

    def tell(self, name: str, part: float = 1.0) -> None:
        """So much of a task is done."""
        self._parts[name] = part

    @property
    def share(self) -> float:
        """Of all that is known of: 0 ... 1."""
        whole = sum(self._costs.values())
        return sum(cost * self._part(name) for name, cost in self._costs.items()) / whole if whole else 0.0

    def _part(self, name: str) -> float:
        if name in self._parts:
            return self._parts[name]
        try:
            return float((self.folder / f"{name}.progress").read_text())
        except (OSError, ValueError):
            return 0.0
