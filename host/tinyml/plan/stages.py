# SPDX-License-Identifier: MIT
"""Where a run is cut into stages, and what each stage keeps or computes again: the search.

For every range of tasks and every size of block: the sets of choices that no other beats in both
bytes and cycles. Over these, dynamic programming: a run is a path from cut to cut, its bytes the
most of its stages', its cycles their sum.
"""
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from tinyml.plan.cost import Cost, cycles
from tinyml.plan.fleeting import is_fleeting, passing
from tinyml.plan.gaps import least_gap_of_edges
from tinyml.plan.rings import Stage, ring_pixels
from tinyml.plan.stacks import Site, find_sites, stacked
from tinyml.plan.tasks import ROW, Problem, Task

BLOCKS = (1, 2, 4, 8, ROW)      # most pixels per firing of a stage
LONG_BLOCKS = (2 * ROW, 4 * ROW)        # of one that may be larger, to be faster
BLOCKS_TO_RECOMPUTE = (1, 4)    # of one that computes rows again: it is there to be small
MOST_STEPS = 255                # of a stage, by the format
MOST_STATES = 40                # choices kept per range of tasks
STATE_BYTES = 16                # of the machine, per task of the longest stage


@dataclass(frozen=True)
class StageChoice:
    """Tasks `first` to `last`, both included, `block` pixels at most per firing, with rows of some
    sites computed again. `bytes` is an estimate, all that is alive included: what it
    leaves out are gaps between buffers."""

    first: int
    last: int
    block: int
    highs: tuple[tuple[Site, int], ...]
    bytes: int
    cycles: int
    extra: int                          # products more than the tasks have by themselves


class _State(NamedTuple):
    """A range of tasks that may still grow: bytes of all rings, of those that stay, and of the one
    that came and went last."""

    cycles: int = 0
    rings: int = 0
    kept: int = 0
    fleeting: int = 0
    extra: int = 0
    highs: tuple[tuple[Site, int], ...] = ()


class Search:
    """All stages of a problem, found when they are asked for."""

    def __init__(self, problem: Problem, recompute: bool, fuse: bool = True,
                 blocks: tuple[int, ...] = (), alone: tuple[int, ...] = (), cost: Cost = cycles):
        self.problem, self.fuse, self.cost = problem, fuse, cost
        self._last_read = {tensor: len(problem.tasks) if tensor in problem.outputs else
                           max(some, default=-1) for tensor, some in problem.readers.items()}
        self.sites = {site.first: site for site in find_sites(problem)} if recompute else {}
        usual = BLOCKS_TO_RECOMPUTE if recompute else BLOCKS
        self.blocks = (blocks or usual) if fuse else (ROW,)
        self.alone = alone              # more blocks, of tasks that are stages by themselves
        self._settled = {first: self._when_settled(site) for first, site in self.sites.items()}
        self._passing = passing(problem)
        self._memo: dict = {}
        # By task: what it reads for the last time, and may come to it in a ring.
        self._ends = [[tensor for tensor in dict.fromkeys(task.reads)
                       if self._last_read[tensor] == last and self._may_be_ring(tensor)]
                      for last, task in enumerate(problem.tasks)]
        self._oldest_writer = [min((problem.writer[tensor] for tensor in tensors), default=last)
                               for last, tensors in enumerate(self._ends)]
        # By first task of a stage: what is there when it begins, and its bytes.
        self._there = [[tensor for tensor, read in self._last_read.items()
                        if problem.writer.get(tensor, -1) < first <= read]
                       for first in range(len(problem.tasks))]
        self._held = [sum(map(problem.size, tensors)) for tensors in self._there]
        # By last task of a stage: bytes that wait for later ones, but for that task's output.
        self._waiting = [sum(problem.size(tensor) for tensor, read in self._last_read.items()
                             if problem.begins.get(tensor, -1) < last < read)
                         for last in range(len(problem.tasks))]

    def _may_be_ring(self, tensor: int) -> bool:
        """Whether a task writes it, and none needs all of it."""
        return tensor in self.problem.writer and all(
            self.problem.tasks[reader].window for reader in self.problem.readers[tensor])

    def _when_settled(self, site: Site) -> int:
        """The task with which all rings around a site are known."""
        tasks = self.problem.tasks[site.first:site.last + 1]
        near = {*tasks[0].reads, *(task.writes for task in tasks)}
        return max(self._last_read[tensor] for tensor in near)

    def choices(self, most_bytes: int, most_extra: int | None) -> list[StageChoice]:
        """Every stage within these limits that no other of the same tasks beats, and that some
        stages of these lead to."""
        found, ends = [], {-1}
        for first in range(len(self.problem.tasks)):
            if first - 1 in ends:
                stages = self.stages_from(first, most_bytes, most_extra)
                ends |= {stage.last for stage in stages}
                found += stages
        return found

    def stages_from(self, first: int, most_bytes: int, most_extra: int | None = None,
                    most_cycles: list[float] | None = None) -> list[StageChoice]:
        """Those that begin with a task. `most_cycles`: of one that ends with each task."""
        stages: dict[int, list[StageChoice]] = {}
        for block in dict.fromkeys(self.blocks + self.alone):
            for stage in self._from(first, block, most_bytes, most_extra, most_cycles):
                stages.setdefault(stage.last, []).append(stage)
        return [stage for some in stages.values() for stage in _unbeaten(some)]

    def _from(self, first: int, block: int, limit: int, most_extra: int | None, most_cycles):
        """Stages that begin with a task, with one size of block."""
        states, tasks, data = [_State()], self.problem.tasks, 0
        most = MOST_STEPS if block in self.blocks else 1
        for last in range(first, min(len(tasks), first + most)):
            if not self._may_grow(first, last):
                return
            data += tasks[last].data
            states = [new for state in states for new in self._grown(state, first, last, block)]
            room = limit - data - self._held[first]
            states = self._best([
                state for state in states if state.rings <= room
                and (most_extra is None or state.extra <= most_extra)
                and (most_cycles is None or first == last or state.cycles <= most_cycles[last])], last)
            if not states:
                return
            if tasks[last].accumulates:
                continue
            room = limit - data - self._waiting[last] - STATE_BYTES * (last - first + 1)
            if min(state.rings for state in states) + self._least_borders(first, last) > room:
                continue
            around = limit - room + self._borders(first, last, block)
            for state in states:
                if self._is_complete(state, last) and around + state.rings <= limit:
                    spent = state.cycles if first < last else self._cycles_alone(first, block)
                    yield StageChoice(first, last, block, state.highs, around + state.rings,
                                      spent, state.extra)

    def _cycles_alone(self, index: int, block: int) -> int:
        """Of a task that is a stage by itself."""
        task = self.problem.tasks[index]
        return self.cost(task, task.block(block, True), True)

    def _may_grow(self, first: int, last: int) -> bool:
        """Whether a stage may go on to task `last`."""
        if last == first:
            return True
        task, problem = self.problem.tasks[last], self.problem
        if task.alone or problem.tasks[first].alone:
            return False
        writers = [problem.writer[t] for t in task.reads if problem.writer.get(t, -1) >= first]
        if writers and task.window is None:
            return False
        return self.fuse or problem.tasks[last - 1].accumulates

    def _best(self, states: list[_State], last: int) -> list[_State]:
        """Those that no other beats, a sample of them if they are too many."""
        if len(states) == 1:
            return states
        states.sort(key=itemgetter(0, 1, 2))
        kept: dict[tuple, list[_State]] = {}
        for state in states:
            rivals = kept.setdefault(self._open_choice(state, last), [])
            if not any(other.kept <= state.kept and other.rings <= state.rings
                       and other.fleeting <= state.fleeting and other.extra <= state.extra
                       for other in rivals):
                rivals.append(state)
        best = [state for rivals in kept.values() for state in rivals]
        if len(best) > MOST_STATES:
            best.sort(key=lambda s: (s.rings, s.extra))
            best = best[::-(-len(best) // MOST_STATES)]
        return best

    def _open_choice(self, state: _State, last: int):
        """The last choice, if it still has a say in rings to come."""
        return state.highs[-1:] if state.highs and self._settled[state.highs[-1][0].first] > last else ()

    def _is_complete(self, state: _State, last: int) -> bool:
        """Whether the last site that was begun is also over."""
        return not state.highs or state.highs[-1][0].last <= last

    def _grown(self, state: _State, first: int, last: int, block: int):
        """The state with one more task, in every way that it can be done."""
        site = self.sites.get(last)
        if state.highs and state.highs[-1][0].last == last and state.highs[-1][1] > 1:
            site = None             # it gives several rows already, it can't give stacks too
        for high in (0, *site.highs) if site else (0,):
            highs = (*state.highs, (site, high)) if high else state.highs
            spent, extra, rings = self._grow(last, block, highs)
            kept, most, fleeting = state.kept, state.rings - state.kept, 0
            for writer, size, fleets in rings:
                if writer >= first and fleets:
                    fleeting, most = size, max(most, state.fleeting + size)
                elif writer >= first:
                    kept += size
            yield _State(state.cycles + spent, kept + most, kept, fleeting, state.extra + extra,
                         highs)

    def _grow(self, last: int, block: int, highs):
        """Cycles of a task in a stage of several, what it computes again, and the rings of which
        it is the last reader: who writes them, bytes, and whether they only come and go."""
        near = []                       # the choices that have a say in it
        for site, high in reversed(highs):
            if site.last < self._oldest_writer[last]:
                break
            near.append((site.first, high))
        key = last, block, *near
        if key not in self._memo:
            changed = {index: task for choice in reversed(near)
                       for index, task in self._stacked(*choice).items()}
            stage, task = Stage(self.problem, block, stacked=changed), self.problem.tasks[last]
            again = stage.task(last).products - task.products
            self._memo[key] = (self.cost(stage.task(last), stage.block(last), False), again,
                               [self._ring(stage, tensor) for tensor in self._ends[last]])
        return self._memo[key]

    def _ring(self, stage: Stage, tensor: int) -> tuple[int, int, bool]:
        writer = self.problem.writer[tensor]
        size = ring_pixels(stage, tensor) * stage.task(writer).shape[2]
        return writer, size, tensor in self._passing and is_fleeting(stage, tensor)

    def _stacked(self, first: int, high: int) -> dict[int, Task]:
        """The tasks of the site that begins with a task, so many rows at a time, by number."""
        key = "stacked", first, high
        if key not in self._memo:
            self._memo[key] = stacked(self.problem, self.sites[first], high)
        return self._memo[key]

    def _borders(self, first: int, last: int, block: int) -> int:
        """Bytes of the tensors that the stage reads for the last time, and of its last output. An
        estimate for blocks of one pixel, but exact for blocks of several rows, and for a task
        alone, whose blocks are long."""
        alone = first == last
        stage = Stage(self.problem, block if alone or block > ROW else 1, alone)
        key = "borders", first, last, stage.most, stage.block(last)
        if key not in self._memo:
            self._memo[key] = self._count_borders(first, last, stage)
        return self._memo[key]

    def _dying(self, first: int, last: int) -> list[int]:
        """The tensors that a stage reads for the last time."""
        return [tensor for tensor in self._there[first] if self._last_read[tensor] <= last]

    def _output(self, last: int) -> int:
        """Bytes of the output of a stage's last task, if it's whole and begins there."""
        tensor = self.problem.tasks[last].writes
        is_new = self._last_read[tensor] > last and self.problem.begins.get(tensor, -1) >= last
        return self.problem.size(tensor) if is_new else 0

    def _least_borders(self, first: int, last: int) -> int:
        """The fewest bytes that `_borders` may find: with an output that overlaps all it can."""
        sizes = [self.problem.size(tensor) for tensor in self._dying(first, last)]
        return sum(sizes) + max(0, self._output(last) - max(sizes, default=0))

    def _count_borders(self, first: int, last: int, stage: Stage) -> int:
        problem, sink = self.problem, self.problem.tasks[last]
        dying, out = self._dying(first, last), self._output(last)
        total = sum(map(problem.size, dying))
        best = total + out
        if not out:
            return total
        for tensor in dying if not sink.regions else ():
            gap = least_gap_of_edges(stage, tensor, last)
            if gap is not None:
                size = problem.size(tensor)
                best = min(best, total - size + max(out, min(gap, out) + size))
        return best


def _unbeaten(stages: list[StageChoice]) -> list[StageChoice]:
    """Those that no other beats in bytes, cycles and products."""
    stages.sort(key=lambda s: (s.bytes, s.cycles, s.extra))
    kept: list[StageChoice] = []
    for stage in stages:
        if not any(other.cycles <= stage.cycles and other.extra <= stage.extra for other in kept):
            kept.append(stage)
    return kept
