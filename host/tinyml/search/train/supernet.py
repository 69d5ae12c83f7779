# SPDX-License-Identifier: MIT
"""Weights that serve many nets at once. Each step trains the largest net and some that the board has room
for, which learn what the largest one says as well: the sandwich rule with in-place distillation
(arXiv 1903.05134), but without its smallest net, which nobody wants: trained in each step, it makes nets
that resemble it look better than they are."""
import random
from collections.abc import Sequence
from pathlib import Path

from torch.nn import functional as F

from tinyml.search.data.items import Dataset
from tinyml.search.net import Net
from tinyml.search.train.fit import distance, fresh
from tinyml.search.train.loop import Tell, run
from tinyml.search.train.module import Weights
from tinyml.search.train.recipe import Recipe


def train_supernet(largest: Net, pool: Sequence[Net], data: Dataset, recipe: Recipe, seed: int,
                   device: str = "cpu", checkpoint: Path | None = None,
                   tell: Tell = lambda done, total: None) -> Weights:
    """`pool`: nets that are feasible, from which each step takes some."""
    weights = fresh(largest, seed, device)

    def step(x, y, number):
        answers = weights(x)
        F.cross_entropy(answers, y, label_smoothing=recipe.smoothing).backward()
        said = F.softmax(answers.detach(), 1)
        for net in random.Random(f"{seed} {number}").choices(pool, k=recipe.samples):
            answers = weights(x, net)
            (0.5 * F.cross_entropy(answers, y) + 0.5 * distance(answers, said)).backward()
    about = f"{largest} {len(pool)}"
    return run(weights, step, data.at(largest.input[:2]), recipe, seed, about, checkpoint, tell)
