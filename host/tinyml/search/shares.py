# SPDX-License-Identifier: MIT
"""`tinyml eval` over large data: workers share the items."""
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from tinyml.evaluate import Evaluation, Exam, make_exam
from tinyml.search.executor import Executor

SHARE = 256                     # items that a worker is given at a time


def evaluate_shared(executor: Executor, file: Path, data: Path, labels: Path | None = None,
                    limit: int | None = None, watch: Callable[[list], Iterable] = iter) -> Evaluation:
    """The same as `evaluate` gives on this machine. `watch` is given shares, not items. Workers read
    the files themselves."""
    places = file.resolve(), data.resolve(), labels and labels.resolve(), limit
    exam = make_exam(*places)
    shares = [(first, first + SHARE) for first in range(0, len(exam.items), SHARE)]
    with executor.actor(make_exam, *places) as workers:
        counted = workers.map(_count, shares)
        confusion = sum(next(counted) for _ in watch(shares))
    return Evaluation(exam.model, "host", exam.classes, confusion)


def _count(exam: Exam, share: tuple[int, int]) -> np.ndarray:
    """In a worker."""
    return exam.count(exam.items[slice(*share)])
