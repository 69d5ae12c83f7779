# SPDX-License-Identifier: MIT
"""Places buffers in the smallest arena: first fit in many orders, then branch and bound.

An optimal placement can be pushed down until every buffer rests on 0 or on a buffer alive with it.
Placing buffers by rising offset, each as low as it goes, therefore reaches an optimum in some
order; the search tries orders, and cuts those that can't beat the best so far.
"""
from tinyml.plan.buffers import Buffer, Placement, live_bytes

ROUNDS = 50                 # of first fit with another order
MOST_NODES = 20_000         # of the search; a graph that needs more keeps its best placement


def place(buffers: tuple[Buffer, ...], gaps=None, target=None) -> Placement:
    """The smallest placement that was found; `proven` says whether it is the smallest there is."""
    bound = live_bytes(buffers)
    best = min((_raise_topmost(buffers, order, bound) for order in _orders(buffers)),
               key=lambda offsets: _top(buffers, offsets))
    if _top(buffers, best) <= bound:
        return Placement(best, _top(buffers, best), True)
    search = _Search(buffers, best, bound)
    search.go_on([None] * len(buffers), 0)
    return Placement(tuple(search.best), search.top, search.nodes < MOST_NODES)


def _orders(buffers):
    """Orders for first fit that do well on networks: big first, long-lived first, as they come."""
    keys = (lambda b: (-b.size, b.first), lambda b: (b.first - b.last, -b.size),
            lambda b: (b.first, -b.size), lambda b: (b.last, -b.size),
            lambda b: -b.size * (b.last - b.first + 1))
    return [sorted(range(len(buffers)), key=lambda i: key(buffers[i])) for key in keys]


def _top(buffers, offsets) -> int:
    return max((offset + b.size for b, offset in zip(buffers, offsets)), default=0)


def _aligned(offset: int, align: int) -> int:
    return -(-offset // align) * align


def _first_fit(buffers, order) -> tuple[int, ...]:
    offsets: list = [None] * len(buffers)
    for i in order:
        offsets[i] = _lowest(buffers, offsets, i)
    return tuple(offsets)


def _raise_topmost(buffers, order, bound) -> tuple[int, ...]:
    """First fit, again and again: the buffer that ended topmost is placed first the next time."""
    best = offsets = _first_fit(buffers, order)
    for _ in range(ROUNDS):
        if _top(buffers, best) <= bound:
            break
        topmost = max(order, key=lambda i: offsets[i] + buffers[i].size)
        order = [topmost] + [i for i in order if i != topmost]
        offsets = _first_fit(buffers, order)
        best = min(best, offsets, key=lambda some: _top(buffers, some))
    return best


def _lowest(buffers, offsets, i) -> int:
    """The lowest gap for buffer i between those placed and alive with it."""
    taken = sorted((offset, offset + buffers[j].size) for j, offset in enumerate(offsets)
                   if offset is not None and buffers[j].meets(buffers[i]))
    at = 0
    for begin, end in taken:
        if begin >= at + buffers[i].size:
            break
        at = max(at, _aligned(end, buffers[i].align))
    return at


class _Search:
    """Branch and bound over orders, by rising offset."""

    def __init__(self, buffers, best, bound):
        self.buffers, self.best, self.bound = buffers, list(best), bound
        self.top, self.nodes = _top(buffers, best), 0

    def go_on(self, offsets, floor):
        """Places every buffer that is left, none below `floor`."""
        left = [i for i, offset in enumerate(offsets) if offset is None]
        if not left:
            self.best, self.top = list(offsets), _top(self.buffers, offsets)
            return
        choices = sorted((max(floor, self._rest(offsets, i)), -self.buffers[i].size, i)
                         for i in left)
        if any(at - negative >= self.top for at, negative, _ in choices):
            return
        lowest_end = min(at - negative for at, negative, _ in choices)
        for at, _, i in choices:
            if at >= lowest_end:        # a buffer would fit entirely below: not canonical
                break
            self.nodes += 1
            if self.nodes >= MOST_NODES or self.top <= self.bound:
                return
            offsets[i] = at
            self.go_on(offsets, at)
            offsets[i] = None

    def _rest(self, offsets, i) -> int:
        """Where buffer i rests on those placed below it."""
        tops = [offset + self.buffers[j].size for j, offset in enumerate(offsets)
                if offset is not None and self.buffers[j].meets(self.buffers[i])]
        return _aligned(max(tops, default=0), self.buffers[i].align)
