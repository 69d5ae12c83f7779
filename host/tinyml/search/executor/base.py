# SPDX-License-Identifier: MIT
"""What every executor can do."""
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Self

from tinyml.errors import SearchError

Needs = dict[str, int]          # {"cpu": 2, "gpu": 1}; one core unless said otherwise
DEATHS = 3                      # of workers over one item, before it is to blame


class Executor(ABC):
    """Runs functions on items. `needs` is what each item occupies while it is worked on; where
    nobody has so much, SearchError comes at once."""

    @abstractmethod
    def each(self, function: Callable, items: Iterable, needs: Needs | None = None
             ) -> Iterator[tuple[int, object]]:
        """(number of the item, result) as they come. What a function raises is raised."""

    @abstractmethod
    def actor(self, make: Callable, *arguments, needs: Needs | None = None) -> Self:
        """An executor whose workers each call `make(*arguments)` once, and hold what it makes: it
        is a function's first argument, the item its second."""

    @abstractmethod
    def machines(self) -> list[Needs]:
        """What each machine has."""

    def close(self) -> None:
        """Ends the workers, at work or not."""

    def map(self, function: Callable, items: Iterable, needs: Needs | None = None) -> Iterator:
        """Results in the order of the items, each as soon as those before it are there."""
        early, due = {}, 0
        for number, result in self.each(function, items, needs):
            early[number] = result
            while due in early:
                yield early.pop(due)
                due += 1

    def resources(self) -> Needs:
        """The most of each that a task can have."""
        machines = self.machines()
        return {what: max((machine.get(what, 0) for machine in machines), default=0)
                for what in ("cpu", "gpu")}

    def require(self, needs: Needs | None) -> Needs:
        """The needs, if there is a machine that can serve them."""
        needs = {"cpu": 1} | (needs or {})
        machines = self.machines()
        if not any(all(machine.get(what, 0) >= number for what, number in needs.items())
                   for machine in machines):
            there = " or ".join(sorted({_words(machine) for machine in machines}))
            raise SearchError(f"a task needs {_words(needs)}; machines have {there}")
        return needs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def _words(has: Needs) -> str:
    return ", ".join(f"{number} {what}" for what, number in has.items())


def blame(item) -> SearchError:
    """When workers keep dying."""
    return SearchError(f"{DEATHS} workers died one after the other, at work on {str(item)[:200]}: is "
                       "there memory enough for so many workers?")
