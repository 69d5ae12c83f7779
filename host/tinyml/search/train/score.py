# SPDX-License-Identifier: MIT
"""How good weights are on items."""
import torch

from tinyml.search.net import Net
from tinyml.search.train.feed import Feed
from tinyml.search.train.module import MOMENTUM, Weights

BATCH = 400                     # a multiple of 16: by_core takes it


@torch.no_grad()
def accuracy(weights: Weights, feed: Feed) -> float:
    """The share of right answers."""
    weights.eval()
    right = sum((weights(x).argmax(1) == y).sum() for x, y in feed.batches(BATCH))
    return int(right) / len(feed)


@torch.no_grad()
def recalibrate(weights: Weights, feed: Feed) -> Weights:
    """Running statistics found anew: the means of those of batches."""
    norms = [one for one in weights.filters.values() if one.normal]
    weights.train()
    for number, (x, _) in enumerate(feed.batches(BATCH), 1):
        for one in norms:
            one.momentum = 1 / number
        weights(x)
    for one in norms:
        one.momentum = MOMENTUM
    return weights.eval()


def score(supernet: Weights, net: Net, seen: Feed, asked: Feed) -> float:
    """Of a net inside a supernet, without training it: its statistics are found on items `seen`."""
    return accuracy(recalibrate(supernet.inherit(net), seen), asked)
