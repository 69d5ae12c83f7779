# SPDX-License-Identifier: MIT
"""Places buffers in the smallest arena: first fit in many orders, then branch and bound.

An optimal placement can be pushed down until every buffer rests on 0 or on a buffer alive with it.
Placing buffers by rising offset, each as low as it goes, therefore reaches an optimum in some
order. So what is searched is orders: a few good ones are bettered by moving one buffer at a time,
and where buffers are few, all orders that can beat the best so far are tried.
"""
from random import Random

from tinyml.plan.buffers import Buffer, Gaps, Placement, live_bytes

TRIES = 8                   # for each buffer, of first fit with one moved to another place
TURN = 40                   # tries on one order before it is the next one's turn
MOST_BUFFERS = 16           # for trying all orders
MOST_NODES = 40_000         # choices looked at then; who needs more keeps its best placement


def place(buffers: tuple[Buffer, ...], gaps: Gaps = {}, target: int | None = None) -> Placement:
    """The smallest placement found; `proven` says whether it is the smallest there is.

    Of two buffers alive together either must begin above the other: by `gaps[low, high]` bytes,
    which may be fewer than those of `low`, or by all of `low`. Stops at `target` bytes or less.
    """
    bound = live_bytes(buffers, gaps)
    room = _Room(buffers, gaps, max(bound, target or 0))
    best = _improve(room, _first_attempts(room, _orders(buffers, gaps)))
    proven = False
    if best.top > room.goal and len(buffers) <= MOST_BUFFERS:
        search = _Search(room, best)
        search.go_on([None] * len(buffers), 0)
        best, proven = search, search.nodes < MOST_NODES and search.top > room.goal
    return Placement(tuple(best.offsets), best.top, proven or best.top <= bound)


class _Room:
    """What is to be placed, below which `goal`, and how near two may come.

    `near[i]`: (j, how far i must lie below j, how far above) for every j alive with i.
    """

    def __init__(self, buffers, gaps, goal):
        self.goal = goal
        self.sizes = [b.size for b in buffers]
        self.aligns = [b.align for b in buffers]
        self.near: list[list] = [[] for _ in buffers]
        for i, b in enumerate(buffers):
            for j in range(i):
                if b.meets(buffers[j]):
                    below, above = gaps.get((i, j), b.size), gaps.get((j, i), buffers[j].size)
                    self.near[i].append((j, below, above))
                    self.near[j].append((i, above, below))

    def beside(self, i) -> list[int]:
        """The buffers alive with buffer i."""
        return [j for j, _, _ in self.near[i]]

    def lowest(self, i, offsets, floor=0) -> int:
        """The lowest offset for buffer i between those placed (not None), from `floor` on."""
        align, at = self.aligns[i], -(-floor // self.aligns[i]) * self.aligns[i]
        for begin, end in sorted([(offsets[j] - below, offsets[j] + above)
                                  for j, below, above in self.near[i] if offsets[j] is not None]):
            if at <= begin:         # what is forbidden are the offsets between begin and end
                break
            if at < end:
                at = -(-end // align) * align
        return at


class _Attempt:
    """First fit in one order. `over`: bytes by which buffers end above the goal, summed.

    `old` is an attempt whose order differs in the place of the buffer `moved` alone: only what
    lies near that, or near something else that came to lie elsewhere, is placed anew. When `over`
    comes to be more than the old one's, it stays infinite and the attempt unfinished.
    """

    def __init__(self, room, order, old=None, moved=None):
        self.order, self.offsets = order, [None] * len(order)
        self.over = self.top = 0
        stale = {moved, *room.beside(moved)} if old else set(order)
        for i in order:
            at = room.lowest(i, self.offsets) if i in stale else old.offsets[i]
            if old and at != old.offsets[i]:
                stale.update(room.beside(i))
            self.offsets[i], end = at, at + room.sizes[i]
            if end > self.top:
                self.top = end
            if end > room.goal:
                self.over += end - room.goal
                if old and self.over > old.over:
                    self.over = float("inf")
                    return


def _orders(buffers, gaps):
    """Orders for first fit that do well: big ones first, then small ones between them.

    Those that overlap belong together, outward from the fullest time or from either end.
    """
    fullest = max((b.first for b in buffers), default=0, key=lambda time: sum(
        b.size for b in buffers if b.first <= time <= b.last))
    paired = {i for pair in gaps for i in pair}
    away = [max(0, b.first - fullest, fullest - b.last) for b in buffers]
    keys = (lambda i, b: (), lambda i, b: (b.first - b.last,),
            lambda i, b: (i not in paired, away[i]), lambda i, b: (away[i], i not in paired),
            lambda i, b: (i not in paired, b.first), lambda i, b: (i not in paired, -b.first))
    return [sorted(range(len(buffers)), key=lambda i: (*key(i, buffers[i]), -buffers[i].size))
            for key in keys]


def _first_attempts(room, orders) -> list[_Attempt]:
    attempts = []
    for order in orders:
        attempts.append(_Attempt(room, order))
        if attempts[-1].top <= room.goal:
            break
    return attempts


def _improve(room, attempts) -> _Attempt:
    """Moves single buffers in the orders, one order after another, and keeps what is no worse."""
    random = Random(0)              # the same result each time
    attempts.sort(key=lambda attempt: attempt.over)
    best = min(attempts, key=lambda attempt: attempt.top)
    for number in range(TRIES * len(room.sizes)):
        if best.top <= room.goal:
            break
        turn = number // TURN % len(attempts)
        old = attempts[turn]
        new = _moved(room, old, random)
        if new.over <= old.over:
            attempts[turn] = new
            best = min(best, new, key=lambda attempt: attempt.top)
    return best


def _moved(room, old, random) -> _Attempt:
    """Another attempt: a buffer that ends too high, or one near it, is placed earlier."""
    i = random.choice([i for i in old.order if old.offsets[i] + room.sizes[i] > room.goal])
    if room.near[i] and random.random() < 0.4:
        i = random.choice(room.beside(i))
    was = old.order.index(i)
    rank = random.randrange(len(old.order) if random.random() < 0.15 else was + 1)
    order = old.order[:was] + old.order[was + 1:]
    order.insert(rank, i)
    return _Attempt(room, order, old, i)


class _Search:
    """Branch and bound over orders, by rising offset."""

    def __init__(self, room, best):
        self.room, self.offsets, self.top, self.nodes = room, best.offsets, best.top, 0
        self.reach = [max([1, room.sizes[i], *(below for _, below, _ in near)])
                      for i, near in enumerate(room.near)]

    def go_on(self, offsets, floor):
        """Places every buffer that is left (None), none below `floor`."""
        left = [i for i, offset in enumerate(offsets) if offset is None]
        sizes = self.room.sizes
        if not left:
            self.offsets = list(offsets)
            self.top = max(at + size for at, size in zip(offsets, sizes))
            return
        choices = sorted((self.room.lowest(i, offsets, floor), -sizes[i], i) for i in left)
        if any(at - negative >= self.top for at, negative, _ in choices):
            return
        lowest_end = min(at + self.reach[i] for at, _, i in choices)
        for at, _, i in choices:
            if at >= lowest_end:        # a buffer would fit entirely below: not canonical
                break
            self.nodes += len(left)
            if self.nodes >= MOST_NODES or self.top <= self.room.goal:
                return
            offsets[i] = at
            self.go_on(offsets, at)
            offsets[i] = None
