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
    def resources(self) -> Needs:
        """The most that one task can have."""

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

    def require(self, needs: Needs | None) -> Needs:
        """The needs, if there is one who can serve them."""
        needs = {"cpu": 1} | (needs or {})
        has = self.resources()
        for what, number in needs.items():
            if number > has.get(what, 0):
                raise SearchError(f"a task needs {number} {what}; the most that one machine has for "
                                  f"it: {', '.join(f'{most} {name}' for name, most in has.items())}")
        return needs

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()


def blame(item) -> SearchError:
    """When workers keep dying."""
    return SearchError(f"{DEATHS} workers died one after the other, at work on {str(item)[:200]}: is "
                       "there memory enough for so many workers?")
