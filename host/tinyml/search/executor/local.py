# SPDX-License-Identifier: MIT
"""Processes of this machine."""
import os
import signal
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context, parent_process
from shutil import which
from subprocess import run
from threading import Thread

from tinyml.search.executor.base import DEATHS, Executor, Needs, blame

QUEUED = 2                      # items given out for each worker, so that none waits for the next

_holder: list = []              # in a worker: what makes what it holds
_held: list = []                # in a worker: what it holds, as soon as it was needed


@cache
def machine() -> Needs:
    """What this machine has."""
    listed = which("nvidia-smi") and run(["nvidia-smi", "-L"], capture_output=True, text=True).stdout
    gpus = sum(line.startswith("GPU ") for line in (listed or "").splitlines())
    return {"cpu": os.cpu_count() or 1, "gpu": gpus}


class LocalExecutor(Executor):
    """A pool of `workers` processes. Items that need a GPU are worked on one at a time."""

    def __init__(self, workers: int | None = None, holder: tuple = (), needs: Needs | None = None):
        self._workers = workers or machine()["cpu"]
        self._holder, self._needs = holder, needs
        self._pool: ProcessPoolExecutor | None = None

    def each(self, function, items, needs=None):
        lanes = self._lanes(self.require(needs or self._needs))
        items, running, deaths = list(items), {}, 0
        waiting = deque(range(len(items)))
        try:
            while waiting or running:
                while waiting and len(running) < lanes:
                    number = waiting.popleft()
                    running[self._submit(function, items[number])] = number
                done = wait(running, return_when=FIRST_COMPLETED).done
                lost = [future for future in done
                        if isinstance(future.exception(), BrokenProcessPool)]
                for future in done.difference(lost):
                    deaths = 0
                    yield running.pop(future), future.result()
                if lost:        # a worker died, and took with it what all others had
                    deaths += 1
                    if deaths == DEATHS:
                        raise blame(items[min(running.values())])
                    waiting.extendleft(sorted(running.values(), reverse=True))
                    running.clear()
                    self.close()
        finally:
            for future in running:
                future.cancel()

    def actor(self, make, *arguments, needs=None):
        self.require(needs)
        workers = 1 if (needs or {}).get("gpu") else self._workers
        return LocalExecutor(workers, (make, arguments), needs)

    def machines(self):
        return [machine()]

    def close(self):
        if self._pool:
            pool, self._pool = self._pool, None
            # Not before 3.14 has a pool a word for it.
            for process in list((pool._processes or {}).values()):
                process.kill()
            pool.shutdown(cancel_futures=True)

    def _lanes(self, needs: Needs) -> int:
        """Items that are given out at a time."""
        if needs.get("gpu"):
            return 1
        if needs["cpu"] > 1:
            return max(1, min(self._workers, machine()["cpu"] // needs["cpu"]))
        return QUEUED * self._workers

    def _submit(self, function, item):
        """Where the pool has lost a worker meanwhile, into a new one."""
        for _ in range(DEATHS):
            self._pool = self._pool or ProcessPoolExecutor(
                self._workers, get_context("spawn"), _begin, self._holder)
            try:
                with _no_interrupt():
                    return self._pool.submit(_call, function, item)
            except BrokenProcessPool:
                self.close()
        raise blame(item)


@contextmanager
def _no_interrupt():
    """Processes that begin meanwhile leave Ctrl-C to their parent; it comes to it a moment later."""
    if not hasattr(signal, "pthread_sigmask"):      # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(*holder):
    """In a new worker. It uses one core, since the number of threads may change the last bit of a
    sum; leaves Ctrl-C to its parent, and ends with it, however that ends."""
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _holder[:] = holder
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent():
    parent_process().join()
    os._exit(1)


def _call(function, item):
    if _holder and not _held:
        make, arguments = _holder
        _held.append(make(*arguments))
    return function(*_held, item)
