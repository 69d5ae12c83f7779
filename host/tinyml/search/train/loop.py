# SPDX-License-Identifier: MIT
"""The loop of every training. What happens in a step depends on the seed and its number alone, so a
training that goes on from a checkpoint ends with the same weights."""
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import torch

from tinyml.search.data.items import Dataset
from tinyml.search.train.augment import augment
from tinyml.search.train.checkpoint import Checkpoint
from tinyml.search.train.feed import Feed
from tinyml.search.train.module import Weights
from tinyml.search.train.recipe import Recipe

Step = Callable[[torch.Tensor, torch.Tensor, int], None]
"""Adds the gradients of a batch: (numbers, classes, number of the step)."""
Tell = Callable[[int, int], None]
"""Is told how many steps are done, and of how many."""


def seeded(*key) -> torch.Generator:
    """Random numbers that depend on the key alone."""
    digest = sha256(" ".join(map(str, key)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


def run(weights: Weights, step: Step, data: Dataset, recipe: Recipe, seed: int, about: str = "",
        checkpoint: Path | None = None, tell: Tell = lambda done, total: None) -> Weights:
    """Trains the weights, where they are. `about` says what with, for the checkpoint."""
    device = next(weights.parameters()).device
    feed = Feed(data.train, data.prepare, str(device))
    optimizer = torch.optim.SGD(weights.parameters(), recipe.rate, recipe.momentum, nesterov=True,
                                weight_decay=recipe.decay)
    kept = Checkpoint(checkpoint, f"{about} {recipe} {seed} {len(feed)}")
    total, in_epoch = recipe.steps(len(feed)), recipe.steps_of_epoch(len(feed))
    weights.train()
    order, ordered = None, -1
    for number in range(kept.load(weights, optimizer), total):
        epoch, place = divmod(number, in_epoch)
        if epoch != ordered:
            order, ordered = torch.randperm(len(feed), generator=seeded(seed, "order", epoch)), epoch
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate_at((number + 1) / total)
        x, y = feed.take(order[place * recipe.batch:][:recipe.batch].to(device))
        x = augment(data.kind, x, seeded(seed, "augment", number), recipe.flip)
        optimizer.zero_grad()
        step(x, y, number)
        torch.nn.utils.clip_grad_norm_(weights.parameters(), recipe.clip)
        optimizer.step()
        tell(number + 1, total)
        kept.keep(number + 1, weights, optimizer)
    kept.keep(total, weights, optimizer, now=True)
    return weights.eval()
