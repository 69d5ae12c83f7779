# SPDX-License-Identifier: MIT
"""One net trained: from scratch, or from weights that know something already."""
from pathlib import Path

import torch
from torch.nn import functional as F

from tinyml.search.data.items import Dataset
from tinyml.search.net import Net
from tinyml.search.train.loop import Tell, run
from tinyml.search.train.module import Weights
from tinyml.search.train.recipe import Recipe

TAUGHT = 0.5                    # share of what a teacher says in the loss


def fresh(net: Net, seed: int, device: str = "cpu") -> Weights:
    """Random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Weights(net).to(device)


def fit(net: Net, data: Dataset, recipe: Recipe, seed: int, start: Weights | None = None,
        teacher: Weights | None = None, device: str = "cpu", checkpoint: Path | None = None,
        tell: Tell = lambda done, total: None) -> Weights:
    """Trains a net. `start`: weights to begin with, which are changed; `teacher`: a larger net whose
    answers count as well. Same seed, same weights, on one device."""
    weights = (start or fresh(net, seed)).to(device)
    data = data.at(net.input[:2])

    def step(x, y, number):
        answers = weights(x)
        loss = F.cross_entropy(answers, y, label_smoothing=recipe.smoothing)
        if teacher is not None:
            with torch.no_grad():
                said = F.softmax(teacher(x), 1)
            loss = (1 - TAUGHT) * loss + TAUGHT * distance(answers, said)
        loss.backward()
    about = f"{net} {start is None} {teacher is None}"
    return run(weights, step, data, recipe, seed, about, checkpoint, tell)


def distance(answers: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """How far answers are from the shares that another net gives: Kullback and Leibler's."""
    return F.kl_div(F.log_softmax(answers, 1), said, reduction="batchmean")
