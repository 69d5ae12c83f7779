# SPDX-License-Identifier: MIT
"""Two Ray nodes, as processes of this machine: the same results, and nothing lost with one of them."""
import os
import signal
import sys
import time
from subprocess import PIPE, Popen

import pytest

from tests import search_tasks as tasks
from tests.test_search_evolve import searched
from tinyml.errors import SearchError
from tinyml.search.executor import make_executor
from tinyml.search.journal import Journal

cluster_utils = pytest.importorskip("ray.cluster_utils", reason="no Ray")
NUMBERS = list(range(23))
SQUARES = [number * number for number in NUMBERS]


@pytest.fixture(scope="module")
def cluster():
    """A node of one core."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_AUTH_TOKEN", tasks.TOKEN)
        made = cluster_utils.Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
        patch.setenv("RAY_ADDRESS", made.address)
        yield made
        made.shutdown()


@pytest.fixture
def second(cluster):
    """Another, with a GPU as far as Ray knows."""
    node = cluster.add_node(num_cpus=1, num_gpus=1)
    yield node
    if node in cluster.worker_nodes:
        cluster.remove_node(node)


@pytest.fixture
def executor(cluster, second):
    with make_executor("ray") as made:
        yield made


def test_both_nodes_work_and_results_are_the_same(executor):
    assert len(set(executor.map(tasks.where, [0.2] * 8))) == 2
    assert list(executor.map(tasks.square, NUMBERS)) == SQUARES
    assert executor.resources() == {"cpu": 1, "gpu": 1}
    assert list(executor.map(tasks.square, NUMBERS, {"gpu": 1})) == SQUARES
    with pytest.raises(SearchError, match="needs 1 cpu, 2 gpu; machines have 1 cpu, 0 gpu or 1 cpu, 1 gpu"):
        list(executor.map(tasks.square, NUMBERS, {"gpu": 2}))


def test_a_search_is_the_same_on_two_nodes(executor, tmp_path):
    results = []
    for engine in (executor, make_executor("here")):
        with Journal(tmp_path / f"{len(results)}.jsonl") as journal:
            results.append(searched(engine, journal))
    assert results[0] == results[1]


def test_a_node_that_goes_loses_nothing(cluster, second, executor, tmp_path):
    with executor.actor(tasks.hold, str(tmp_path / "held")) as holders:
        found = []
        for result in holders.map(tasks.use_slowly, NUMBERS):
            found.append(result)
            if len(found) == 4:
                cluster.remove_node(second)
        assert found == SQUARES
    assert list(executor.map(tasks.square, NUMBERS)) == SQUARES


def test_when_the_only_gpu_goes_it_is_an_error_and_no_hang(cluster, second, executor):
    begun = time.monotonic()
    with pytest.raises(SearchError, match="a task needs 1 cpu, 1 gpu; machines have 1 cpu, 0 gpu"):
        for number, _ in enumerate(executor.map(tasks.where, [0.5] * 40, {"gpu": 1})):
            if not number:
                cluster.remove_node(second)
    assert time.monotonic() - begun < 60


HALF = """
from tests import search_tasks as tasks
from tinyml.errors import SearchError
from tinyml.search.executor import line, make_executor
line.AWAY = 3
try:
    with make_executor("ray") as executor:
        for number, _ in executor.each(tasks.where, [0.2] * 1000):
            print(number, flush=True)
except SearchError as error:
    print(error)
"""


def test_when_the_first_node_hangs_it_is_an_error_and_no_hang(cluster):
    """The last test of this cluster: who knows what it thinks of it."""
    process = cluster.head_node.all_processes["gcs_server"][0].process.pid
    with Popen([sys.executable, "-c", HALF], stdout=PIPE, text=True) as driver:
        try:
            assert driver.stdout.readline() == "0\n"
            os.kill(process, signal.SIGSTOP)
            said, _ = driver.communicate(timeout=60)
        finally:
            os.kill(process, signal.SIGCONT)
            driver.kill()
    assert said.splitlines()[-1] == "the cluster has not answered for 3 seconds"
    assert driver.returncode == 1
