# SPDX-License-Identifier: MIT
"""Functions of a net that stand for the planner and for a supernet."""
from random import Random

from tinyml.search.feasible import Feasible
from tinyml.search.keys import net_key, seed_of
from tinyml.search.net import Net


def small_enough(net: Net, most: int = 400_000) -> Feasible | None:
    """Instead of the planner."""
    if net.products > most:
        return None
    file_bytes = sum(layer.weights for layer in net.layers)
    return Feasible(max(map(_bytes, net.layers)), file_bytes, 6 * net.products, net.products)


def _bytes(layer) -> int:
    height, width, channels = layer.shape
    return height * width * channels


def merit(net: Net) -> float:
    """Instead of a supernet: work and large kernels are worth something, and so is chance."""
    kernels = sum(part.kernel[0] for part in net.parts)
    return net.products / 400_000 + kernels / 50 + Random(seed_of("merit", net_key(net))).random() / 10
