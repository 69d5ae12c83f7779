# SPDX-License-Identifier: MIT
"""Executors: the same results wherever work is done, and whoever dies over it."""
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from tests import search_tasks as tasks
from tinyml.errors import SearchError
from tinyml.search.executor import make_executor

NUMBERS = list(range(23))
SQUARES = [number * number for number in NUMBERS]
needs_ray = pytest.mark.skipif(not find_spec("ray"), reason="no Ray: pip install 'tinyml-mpy[ray]'")


@pytest.fixture(scope="module", autouse=True)
def token():
    """Of a cluster that is begun here: else Ray puts one into the user's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_TOKEN", tasks.TOKEN)
        yield


@pytest.fixture(scope="module", params=["here", "local", pytest.param("ray", marks=needs_ray)])
def executor(request):
    with make_executor(request.param, workers=2) as made:
        yield made


@pytest.fixture(scope="module", params=["local", pytest.param("ray", marks=needs_ray)])
def workers(request):
    with make_executor(request.param, workers=2) as made:
        yield made


def test_results_are_in_order(executor):
    assert list(executor.map(tasks.square, NUMBERS)) == SQUARES
    assert sorted(executor.each(tasks.square, NUMBERS)) == list(enumerate(SQUARES))
    assert list(executor.map(tasks.square, [])) == []


def test_what_is_drawn_by_chance_is_the_same_everywhere(executor):
    assert list(executor.map(tasks.drawn, "abcde")) == [tasks.drawn(key) for key in "abcde"]


def test_what_a_function_raises_is_raised(executor):
    with pytest.raises(ValueError, match="[34] is bad"):
        list(executor.map(tasks.fail, [3, 4]))
    assert list(executor.map(tasks.square, [5])) == [25]


def test_actors_make_what_they_hold_once(executor, tmp_path):
    with executor.actor(tasks.hold, str(tmp_path / "held")) as holders:
        found = list(holders.map(tasks.use, NUMBERS)) + list(holders.map(tasks.use, NUMBERS))
        assert list(executor.map(tasks.square, [2, 3])) == [4, 9]
    assert [result for *_, result in found] == SQUARES * 2
    uses = {}
    for worker, count, _ in found:
        uses.setdefault(worker, []).append(count)
    assert all(sorted(counts) == list(range(1, len(counts) + 1)) for counts in uses.values())


@pytest.mark.parametrize("what", ["gpu", "cpu"])
def test_what_nobody_has_is_an_error_at_once(executor, what):
    begun = time.monotonic()
    with pytest.raises(SearchError, match=f"a task needs .*4096 {what}; machines have "):
        list(executor.map(tasks.square, NUMBERS, {what: 4096}))
    with pytest.raises(SearchError, match=f"a task needs .*4096 {what}"):
        executor.actor(tasks.hold, needs={what: 4096})
    assert time.monotonic() - begun < 1


def test_a_worker_that_dies_loses_nothing(workers, tmp_path):
    items = [(str(tmp_path / f"died{number % 4}"), number) for number in NUMBERS]
    assert list(workers.map(tasks.die_once, items)) == SQUARES


def test_an_actor_that_dies_is_made_again(workers, tmp_path):
    with workers.actor(tasks.hold, str(tmp_path / "held")) as holders:
        assert list(holders.map(tasks.use_or_die, NUMBERS)) == SQUARES


def test_an_item_that_kills_every_worker_is_told(workers):
    with pytest.raises(SearchError, match="3 workers died one after the other, at work on 77"):
        list(workers.map(tasks.die, [77]))
    assert list(workers.map(tasks.square, [5])) == [25]


def test_workers_killed_from_outside_lose_nothing():
    with make_executor("local", workers=2) as executor:
        victims = set(executor.map(tasks.who, NUMBERS))
        os.kill(victims.pop(), 9)
        assert list(executor.map(tasks.square, NUMBERS)) == SQUARES
        found = []
        for number, worker in executor.each(tasks.slow_who, NUMBERS):
            found.append(number)
            if len(found) == 4:
                os.kill(worker, 9)
        assert sorted(found) == NUMBERS


@pytest.mark.skipif(sys.platform == "win32", reason="no masks of signals")
def test_ctrl_c_is_for_who_began_them():
    with make_executor("local", workers=2) as executor:
        assert all(executor.map(tasks.is_deaf, NUMBERS))
        assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_workers_end_with_who_began_them():
    program = ("import os\nfrom tests import search_tasks\n"
               "from tinyml.search.executor import make_executor\n"
               "if __name__ == '__main__':\n"
               "    executor = make_executor('local', 2)\n"
               "    print(*set(executor.map(search_tasks.who, range(9))), flush=True)\n"
               "    os.kill(os.getpid(), 9)\n")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    workers = list(map(int, done.stdout.split()))
    assert workers, done.stderr
    deadline = time.monotonic() + 10
    while any(map(_lives, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_lives, workers))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_engines_have_names():
    with pytest.raises(SearchError, match="engine `dask` is unknown; known: local, ray"):
        make_executor("dask")


@pytest.mark.skipif(bool(find_spec("ray")), reason="Ray is installed")
def test_without_ray_it_is_said_what_to_install():
    with pytest.raises(SearchError, match=r"pip install 'tinyml-mpy\[ray\]'"):
        make_executor("ray")
