# SPDX-License-Identifier: MIT
"""A cluster: Ray, which places tasks on machines with the cores and GPUs that they need.

Every machine needs the same Python, Ray and tinyml. Ray would send statistics of its use to its
makers: that is switched off.
"""
import atexit
import os
import sys
from collections import Counter, deque
from copy import copy
from logging import ERROR
from time import monotonic

from tinyml.errors import SearchError
from tinyml.search.executor.base import DEATHS, Executor, Needs, blame
from tinyml.search.executor.line import Line, first_line

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
try:
    import ray
    from ray.exceptions import RayError, RayTaskError
except ImportError:
    raise SearchError("engine `ray` needs Ray: pip install 'tinyml-mpy[ray]'") from None

NAMES = {"cpu": "CPU", "gpu": "GPU"}    # Ray's words
QUEUED = 2                      # tasks given out for each place, so that none waits for the next
PATIENCE = 5.0                  # seconds, then the cluster is looked at again
JOINING = 120.0                 # seconds that it takes to find a cluster, or to begin one
_lines: list[Line] = []         # of all executors


class RayExecutor(Executor):
    """`address`: of a cluster elsewhere, "ray://HOST:PORT"; None: the one that this machine belongs
    to, or a new one. `workers`: the most tasks at a time. Raises SearchError if there is none."""

    def __init__(self, address: str | None = None, workers: int | None = None):
        self._workers, self._needs = workers, None
        self._make, self._idle = None, []
        self._line = Line()
        _lines.append(self._line)
        self._own = not ray.is_initialized()
        if self._own:
            _connect(self._line, address)

    def each(self, function, items, needs=None):
        needs = self.require(needs or self._needs)
        items, running, deaths = list(items), {}, Counter()
        waiting = deque(range(len(items)))
        lanes = self._workers or (1 if self._make else QUEUED) * self._places(needs)
        looked = monotonic()
        try:
            while waiting or running:
                while waiting and len(running) < lanes:
                    number = waiting.popleft()
                    task, actor = self._submit(needs, function, items[number])
                    running[task] = number, actor
                done, _ = self._line.ask(ray.wait, list(running), timeout=PATIENCE)
                if monotonic() > looked + PATIENCE:
                    self.require(needs)     # who could serve them may be gone: no hang
                    looked = monotonic()
                for task in done:
                    number, actor = running.pop(task)
                    try:
                        result, error = self._line.send(_result, task)
                    except RayError:        # the worker died, or its machine
                        deaths[number] += 1
                        if deaths[number] == DEATHS:
                            raise blame(items[number]) from None
                        waiting.appendleft(number)
                        continue
                    if error:
                        raise error
                    if actor:
                        self._idle.append(actor)
                    yield number, result
        finally:
            self._line.leave(_stop, {task: actor for task, (_, actor) in running.items()})

    def actor(self, make, *arguments, needs=None):
        self.require(needs)
        executor = copy(self)
        executor._own, executor._needs, executor._idle = False, needs, []
        executor._make = self._line.send(ray.put, (make, arguments))
        return executor

    def machines(self):
        try:
            nodes = self._line.ask(ray.nodes)
        except RayError as error:
            raise SearchError(f"the cluster is out of reach: {first_line(error)}") from None
        return [{name: int(node["Resources"].get(ray_name, 0)) for name, ray_name in NAMES.items()}
                for node in nodes if node["Alive"]]

    def _places(self, needs: Needs) -> int:
        """How many tasks of such needs the machines can do at a time."""
        needs = {what: number for what, number in needs.items() if number}
        return max(1, sum(min(machine[what] // number for what, number in needs.items())
                          for machine in self.machines()))

    def close(self):
        self._line.leave(_stop, dict(enumerate(self._idle)))
        self._idle.clear()
        if self._own:
            self._line.well = not self._line.dead and not sys.exc_info()[0]
            self._line.leave(ray.shutdown)

    def _submit(self, needs: Needs, function, item):
        """(what becomes the result, the actor if one is at work)"""
        if not self._make:
            task = _work.options(**_options(needs), max_retries=0)
            return self._line.send(task.remote, function, item), None
        # An actor takes no core, so that others can work while it waits; they are spread instead.
        actor = self._idle.pop() if self._idle else self._line.send(_Actor.options(
            **_options(needs) | {"num_cpus": 0}, scheduling_strategy="SPREAD").remote, self._make)
        return self._line.send(actor.work.remote, function, item), actor


@ray.remote
def _work(function, item):
    return function(item)


@ray.remote
class _Actor:
    """Holds what a holder makes, from the first item on."""

    def __init__(self, holder):
        self._holder, self._held = holder, []

    def work(self, function, item):
        if not self._held:
            make, arguments = self._holder
            self._held.append(make(*arguments))
        return function(*self._held, item)


def _result(task) -> tuple:
    """(what the function gave, what it raised)"""
    try:
        return ray.get(task), None
    except RayTaskError as error:
        return None, error.cause or error


def _stop(tasks: dict) -> None:
    """Each, or the actor that is at work on it."""
    for task, actor in tasks.items():
        ray.kill(actor) if actor else ray.cancel(task, force=True)


@atexit.register
def _end():
    """Where a call was left behind, Ray's own way to end waits for ever, or crashes."""
    if dead := [line for line in _lines if line.dead]:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(not all(line.well for line in dead))


def _connect(line: Line, address: str | None):
    try:
        line.ask(ray.init, address, seconds=JOINING, stay=True, include_dashboard=False,
                 log_to_driver=False, logging_level=ERROR)
    except (SearchError, RayError, OSError, RuntimeError, ValueError, ImportError) as error:
        raise SearchError(f"engine `{address or 'ray'}`: {first_line(error)}; is it there, and has this "
                          "machine the same token (docs/SEARCH.md#several-machines)?") from None


def _options(needs: Needs) -> dict:
    """In Ray's words."""
    return {f"num_{name}s": number for name, number in needs.items()}
