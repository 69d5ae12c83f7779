# SPDX-License-Identifier: MIT
"""Whether a search loses nothing: the whole command on few pictures of clothes, killed at random moments
until it ends, beside one that nobody disturbs. All that is left must be the same, byte for byte.

    python3 -m tools.search_kills [--times N] [--seed N] [local ray]

local: the command is killed; then its workers are, one at a time. ray: two nodes on the loopback device find
the same; the command is killed; workers are; at last a whole node is, in the middle.
"""
import argparse
import os
import sys
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from shutil import rmtree
from subprocess import STDOUT, Popen, TimeoutExpired
from time import monotonic, sleep

import numpy as np

from .processes import kill, living
from .ray_nodes import Nodes, alone
from .search_study import fashion
from .steps import ROOT

MARK = "TINYML_KILLS"           # the environment of all processes of a command says which
FOLDER = ROOT / "build/search/kills"     # of the searches and what they said
ITEMS = 600
BUDGET = "--board m0 --ram 2048 --flash 16384 --cycles 3200000 --epochs 1".split()
PATIENCE = 900.0                # seconds: longer than any of these searches takes
ORPHANS = 10.0                  # seconds that workers may live longer than who began them
WORKER = b"multiprocessing.spawn"   # in the command line of one


class Run:
    """A command that searches, or goes on, in a folder."""

    def __init__(self, folder: Path, *more: str):
        self.mark = str(folder)
        command = [sys.executable, "-c", "from tinyml.cli import main; main()", "search", *BUDGET,
                   "--data", str(folder.parent / "data.npz"), "-o", str(folder), *more]
        with open(folder.parent / f"{folder.name}.log", "ab") as log:
            self.process = Popen(command, env=os.environ | {MARK: self.mark}, stdout=log, stderr=STDOUT)

    def ended(self, seconds: float) -> bool:
        """Whether it ends within so many seconds."""
        try:
            self.process.wait(seconds)
        except TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        """Waits for an end that must be a good one."""
        if not self.ended(PATIENCE):
            self.process.kill()
            raise AssertionError(f"{self.mark}: it hangs")
        assert not self.process.returncode, f"{self.mark}: see its log"
        self.leave_nobody()

    def leave_nobody(self) -> None:
        """Its workers must end as well."""
        deadline = monotonic() + ORPHANS
        while left := living(MARK, self.mark):
            assert monotonic() < deadline, f"{self.mark}: {left} still live"
            sleep(0.1)


def undisturbed(folder: Path, *more: str) -> float:
    """Seconds that it takes."""
    begun = monotonic()
    Run(folder, *more).end()
    return monotonic() - begun


def killed(folder: Path, moments: list[float], *more: str) -> int:
    """How often it was: after each of the moments, and begun again."""
    for number, moment in enumerate(moments):
        run = Run(folder, *more)
        if run.ended(moment):
            run.end()
            return number
        kill([run.process.pid])
        run.process.wait()
        run.leave_nobody()
    Run(folder, *more).end()
    return len(moments)


def workers_killed(folder: Path, moments: list[float], chance: Random,
                   workers: Callable[[], list[int]], *more: str) -> int:
    """How many of them were, one after each of the moments."""
    run, count = Run(folder, *more), 0
    for moment in moments:
        if run.ended(moment):
            break
        if there := workers():
            kill([chance.choice(there)])
            count += 1
    run.end()
    return count


def differences(one: Path, other: Path) -> list[str]:
    """Files that are not the same. The lines of journals may come in any order."""
    def content(path: Path):
        if not path.is_file():
            return None
        whole = path.read_bytes()
        return sorted(whole.splitlines()) if path.suffix == ".jsonl" else whole
    names = {path.relative_to(folder) for folder in (one, other) for path in folder.rglob("*")
             if not path.is_dir()}
    return sorted(str(name) for name in names if content(one / name) != content(other / name))


class Study:
    """All searches are in `folder`. Moments are by chance, some `times` in what a search takes."""

    def __init__(self, folder: Path, times: int, seed: int):
        self.folder, self.times, self.chance = folder, times, Random(seed)
        data = fashion(ITEMS)
        np.savez(folder / "data.npz", x_train=data.train.x, y_train=data.train.y, x_test=data.test.x,
                 y_test=data.test.y)
        self.seconds = undisturbed(self.at("whole"))
        self.bad = 0

    def at(self, name: str) -> Path:
        return self.folder / name

    def moments(self) -> list[float]:
        return [self.chance.uniform(0, 2 * self.seconds / self.times) for _ in range(self.times)]

    @contextmanager
    def compared(self, name: str):
        """Where a search is to be; then tells what came of it."""
        begun, told = monotonic(), []
        yield self.at(name), told
        found = differences(self.at("whole"), self.at(name))
        self.bad += bool(found)
        print(f"{name}: {', '.join(told)}, {monotonic() - begun:.0f} s: "
              f"{'differs in ' + ', '.join(found) if found else 'the same'}", flush=True)

    def local(self) -> None:
        with self.compared("command") as (folder, told):
            told.append(f"killed {killed(folder, self.moments())} times")
        with self.compared("workers") as (folder, told):
            workers = partial(living, MARK, str(folder), WORKER)
            count = workers_killed(folder, self.moments(), self.chance, workers)
            told.append(f"{count} killed")

    def ray(self) -> None:
        with Nodes() as nodes:
            engine = "--engine", "ray"
            with self.compared("ray") as (folder, told):
                seconds = undisturbed(folder, *engine)
                told.append("two nodes")
            with self.compared("ray-command") as (folder, told):
                told.append(f"killed {killed(folder, self.moments(), *engine)} times")
            with self.compared("ray-workers") as (folder, told):
                count = workers_killed(folder, self.moments(), self.chance, nodes.workers, *engine)
                told.append(f"{count} killed")
            with self.compared("ray-node") as (folder, told):
                run = Run(folder, *engine)
                assert not run.ended(self.chance.uniform(0.3, 0.7) * seconds), "too early"
                nodes.leave()
                run.end()
                told.append("a node killed in the middle")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("engines", nargs="*", choices=["local", "ray", []], default=["local"])
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if "ray" in asked.engines:
        alone("tools.search_kills")
    rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    study = Study(FOLDER, asked.times, asked.seed)
    print(f"undisturbed: {study.seconds:.0f} s", flush=True)
    for engine in asked.engines:
        getattr(study, engine)()
    return bool(study.bad)


if __name__ == "__main__":
    sys.exit(main())
