# SPDX-License-Identifier: MIT
"""What workers of a search are given to do in tests."""
import os
import signal
import time
from pathlib import Path
from random import Random

from tinyml.search.keys import seed_of

TOKEN = "a word that only tests know, and long enough"


def square(number: int) -> int:
    return number * number


def drawn(key: str) -> float:
    """By chance, but the same for the same key."""
    return Random(seed_of("drawn", key)).random()


def fail(number: int):
    raise ValueError(f"{number} is bad")


def who(_) -> int:
    return os.getpid()


def is_deaf(_) -> bool:
    """Whether Ctrl-C says nothing to this worker, from its beginning on."""
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def slow_who(_) -> int:
    time.sleep(0.05)
    return os.getpid()


def where(seconds: float) -> str:
    """The node of a cluster that it was done on; it takes so long."""
    import ray

    time.sleep(seconds)
    return ray.get_runtime_context().get_node_id()


def die_once(item: tuple[str, int]) -> int:
    """The first worker that takes it is killed."""
    path, number = item
    if _is_first(path):
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def hold(path: str) -> dict:
    """What an actor has; the first to make it leaves a file."""
    return {"worker": os.getpid(), "uses": 0, "first": _is_first(path)}


def use(held: dict, item: int) -> tuple[int, int, int]:
    """(who, how often it was used, result)"""
    assert held["worker"] == os.getpid()
    held["uses"] += 1
    return held["worker"], held["uses"], square(item)


def use_or_die(held: dict, item: int) -> int:
    """The first holder is killed over its third item."""
    held["uses"] += 1
    if held["first"] and held["uses"] == 3:
        die(item)
    return square(item)


def use_slowly(held: dict, item: int) -> int:
    time.sleep(0.2)
    return square(item)


def _is_first(path: str) -> bool:
    try:
        os.close(os.open(Path(path), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
