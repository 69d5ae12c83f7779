# SPDX-License-Identifier: MIT
"""No workers: everything is done in this process, one item after the other."""
from tinyml.search.executor.base import Executor
from tinyml.search.executor.local import machine


class HereExecutor(Executor):
    """`held`: what an actor has, in a tuple."""

    def __init__(self, held: tuple = ()):
        self._held = held

    def each(self, function, items, needs=None):
        self.require(needs)
        for number, item in enumerate(items):
            yield number, function(*self._held, item)

    def actor(self, make, *arguments, needs=None):
        self.require(needs)
        return HereExecutor((make(*arguments),))

    def machines(self):
        return [machine()]
