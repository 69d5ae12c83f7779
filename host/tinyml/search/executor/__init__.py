# SPDX-License-Identifier: MIT
"""Where the work of a search is done: processes of this machine, or a cluster.

    with make_executor("local", workers=2) as executor:
        for result in executor.map(function, items): ...
        with executor.actor(load_supernet, path) as holders:        # each worker loads it once
            scores = list(holders.map(score, nets))                 # score(supernet, net)

Functions are those of modules, and what they are given can be pickled. They must give the same
whoever calls them: seeds come from tasks (tinyml.search.keys), never from workers. Then the result is
the same here and on a cluster. A worker that dies is replaced, and its item computed again.
"""
from tinyml.errors import SearchError
from tinyml.search.executor.base import Executor
from tinyml.search.executor.here import HereExecutor
from tinyml.search.executor.local import LocalExecutor

__all__ = ["Executor", "make_executor"]


def make_executor(engine: str = "local", workers: int | None = None) -> Executor:
    """`engine`: "local" for processes of this machine, as many as it has cores unless `workers`
    says how many; "ray" for a cluster that this machine belongs to, or a new one of it alone;
    "ray://HOST:PORT" for one elsewhere; "here" for this process. Raises SearchError."""
    if engine == "here":
        return HereExecutor()
    if engine == "local":
        return LocalExecutor(workers)
    if engine == "ray" or engine.startswith("ray://"):
        from tinyml.search.executor.ray import RayExecutor

        return RayExecutor(None if engine == "ray" else engine, workers)
    raise SearchError(f"engine `{engine}` is unknown; known: local, ray, ray://HOST:PORT, here")
