# SPDX-License-Identifier: MIT
"""What a search looks for, and nets that may be it: new ones that the planner says yes to."""
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice

from tinyml.errors import SearchError
from tinyml.search.executor import Executor
from tinyml.search.feasible import Feasible
from tinyml.search.journal import Journal
from tinyml.search.keys import net_key
from tinyml.search.net import Net, Shape
from tinyml.search.space import Genes, Space

BATCH = 32                      # nets asked about at once: the same for any number of workers


@dataclass(frozen=True)
class Goal:
    """Nets of `space` for data of `shape`, that `feasible` finds room for on the board. That is
    asked by workers, so it can be pickled: `partial(feasible, budget=budget)`."""

    space: Space
    shape: Shape
    classes: int
    feasible: Callable[[Net], Feasible | None]

    def net(self, genes: Genes) -> Net:
        """What genes stand for here."""
        return self.space.net(genes, self.shape, self.classes)


@dataclass(frozen=True)
class Found:
    """A net that fits, and what it takes; `origin`: its genes, or the name of a net by hand."""

    net: Net
    takes: Feasible
    origin: Genes | str

    @property
    def key(self) -> str:
        return net_key(self.net)


class Finder:
    """Asks about each net once. `name`: of its tasks in the journal."""

    def __init__(self, goal: Goal, executor: Executor, journal: Journal, name: str):
        self.goal, self._executor, self._journal, self._name = goal, executor, journal, name
        self._seen: set[str] = set()
        self._asked = 0

    def find(self, nets: Iterator[tuple[Genes | str, Net]], count: int, most: int) -> list[Found]:
        """The first `count` of (origin, net) that are new and fit, or fewer of `most`."""
        found: list[Found] = []
        nets = islice(nets, most)
        while len(found) < count:
            batch = self._batch(nets)
            if not batch:
                break
            found += self._fitting(batch)
        for extra in found[count:]:
            self._seen.discard(extra.key)
        return found[:count]

    def _batch(self, nets) -> dict[str, tuple[Genes | str, Net]]:
        """The next new nets, by their keys."""
        batch: dict = {}
        for origin, net in nets:
            key = net_key(net)
            if key not in self._seen:
                self._seen.add(key)
                batch[key] = origin, net
                if len(batch) == BATCH:
                    break
        return batch

    def _fitting(self, batch) -> list[Found]:
        self._asked += 1
        task = f"{self._name}/{self._asked}"
        takes = self._journal.once(task, lambda: dict(zip(batch, self._executor.map(
            partial(_asked, self.goal.feasible), [net for _, net in batch.values()]))))
        if list(takes) != list(batch):
            raise SearchError(f"{self._journal.path}: `{task}` is of other nets: another version of "
                              "tinyml wrote it; search into another folder")
        return [Found(net, Feasible(**takes[key]), origin)
                for key, (origin, net) in batch.items() if takes[key]]


def _asked(feasible, net: Net) -> dict | None:
    """In a worker; what a journal can hold."""
    takes = feasible(net)
    return takes and asdict(takes)
