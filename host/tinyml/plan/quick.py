# SPDX-License-Identifier: MIT
"""A plan within a budget of bytes and cycles, found in milliseconds: for who asks about thousands
of models."""
from collections.abc import Callable
from functools import cache

from tinyml.plan.blocks import Growth
from tinyml.plan.cost import Cost
from tinyml.plan.layout import Plan, place_path
from tinyml.plan.path import Path, peak
from tinyml.plan.stages import Search, StageChoice
from tinyml.plan.tasks import ROW, Problem

BLOCKS = 1, 4, ROW              # most pixels per firing of a stage
MOST_PATHS = 5                  # that are tried: estimates leave out gaps between buffers,
LESS = .985                     # so the next one is of so much of the bytes
GREED = 2                       # of the way that is left, against what is spent
SLACK = 1.3                     # cycles of a path that longer blocks may make fast enough
ROOM = 1, .96, .9               # of the bytes, for those
LONGEST = ROW * ROW             # block of a task that has room for any

Stages = Callable[[int], list[StageChoice]]


class Quick:
    """A search for one plan of a problem. `cost` counts cycles; `least`: from each task on to the
    end, those that no plan can do without."""

    def __init__(self, problem: Problem, most_bytes: int, most_cycles: float, cost: Cost):
        self.problem, self.most_bytes, self.cost = problem, most_bytes, cost
        self.most_cycles, self.least = most_cycles, [0.0]
        for task in reversed(problem.tasks):
            self.least.append(self.least[-1] + cost(task, task.block(LONGEST, True), True))
        self.least.reverse()

    def plan(self) -> Plan | None:
        """One within the budget; None if none was found. `make_plan` finds some more. Rows are only
        computed again where there is no room for any that does without."""
        if self.least[0] > self.most_cycles:
            return None
        plans = self._plans(recompute=False) or self._plans(recompute=True)
        return next((plan for plan in plans if plan.cycles <= self.most_cycles), None)

    def _plans(self, recompute: bool) -> list[Plan]:
        """Some that have room, up to the first that is fast enough."""
        plans, stages, limit = [], self._stages(recompute), self.most_bytes
        for _ in range(MOST_PATHS):
            path = self._path(stages, limit)
            if path is None:
                break
            plan = place_path(self.problem, path, limit=self.most_bytes)
            if plan and plan.cycles > self.most_cycles:
                plan = self._longer(path) or plan
            if plan:
                plans.append(plan)
                if plan.cycles <= self.most_cycles:
                    break
            limit = min(peak(path) - 1, int(LESS * limit))
        return plans

    def _stages(self, recompute: bool) -> Stages:
        """What finds all stages that begin with a task and are within the budget even if the rest
        takes the least."""
        search = Search(self.problem, recompute, blocks=BLOCKS, alone=(ROW,), cost=self.cost)
        spare = SLACK * self.most_cycles - self.least[0]

        @cache
        def stages_from(first: int) -> list[StageChoice]:
            room = [spare + self.least[first] - rest for rest in self.least[1:]]
            return [stage for stage in search.stages_from(first, self.most_bytes, None, room)
                    if stage.cycles <= room[stage.last]]
        return stages_from

    def _path(self, stages: Stages, limit: int) -> Path | None:
        """A path whose stages keep to a limit of bytes: the first that is fast enough, or else the
        fastest. From cut to cut, from late ones first."""
        end = len(self.problem.tasks)
        ways: dict[int, tuple[float, StageChoice | None]] = {0: (0, None)}
        cuts = {0}
        while cuts:
            first = min(cuts, key=lambda cut: ways[cut][0] + GREED * self.least[cut])
            cuts.remove(first)
            spent = ways[first][0]
            if first == end and spent <= self.most_cycles:
                break
            for stage in stages(first) if first < end else ():
                cut, total = stage.last + 1, spent + stage.cycles
                if (stage.bytes <= limit and (cut not in ways or total < ways[cut][0])
                        and total + self.least[cut] <= SLACK * self.most_cycles):
                    ways[cut] = total, stage
                    cuts.add(cut)
        return _path_to(end, ways) if end in ways else None

    def _longer(self, path: Path) -> Plan | None:
        """The plan of a path with longer blocks, as far as they have room."""
        growths = [Growth(self.problem, stage, self.cost) for stage in path
                   if stage.first < stage.last]
        for part in ROOM:
            blocks = {task: block for growth in growths
                      for task, block in growth.grown(int(part * self.most_bytes)).items()}
            plan = place_path(self.problem, path, blocks, self.most_bytes, self.cost)
            if plan:
                return plan
        return None


def _path_to(cut: int, ways: dict) -> Path:
    path = []
    while cut:
        path.append(ways[cut][1])
        cut = path[-1].first
    return tuple(reversed(path))
