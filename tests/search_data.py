# SPDX-License-Identifier: MIT
"""A small set of pictures that nets learn in a second, and nets for it."""
import numpy as np
from PIL import Image

from tinyml.search.data.items import PIXELS, Dataset, Items
from tinyml.search.net import Block, Conv, Net


def net(stem, middle, channels, kernel):
    """A stem and a block, for pictures of 8 x 8."""
    return Net((8, 8, 1), (Conv("stem", (3, 3), (2, 2), stem),
                           Block("a", (kernel, kernel), (1, 1), middle, channels, False)), 2)


SMALL, MIDDLE, LARGE = net(4, 8, 4, 3), net(4, 16, 8, 3), net(8, 24, 12, 5)


def stripes(count, seed):
    """Stripes that lie or stand, in noise."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, count)
    x = rng.normal(0, 20, (count, 8, 8))
    wave = 60 * np.cos(np.arange(8) * np.pi / 2 + rng.integers(0, 4, (count, 1)) * np.pi / 2)
    x += np.where(y[:, None, None], wave[:, None, :], wave[:, :, None])
    return Items(np.clip(x + 128, 0, 255).astype(np.uint8)[..., None], y.astype(np.int64))


DATA = Dataset("images", ("lie", "stand"), stripes(640, 1), stripes(200, 2), stripes(200, 3), PIXELS)


def write_pictures(items, classes, folder):
    """As files, in a folder for each class."""
    for word in classes:
        (folder / word).mkdir(parents=True)
    for number, (x, y) in enumerate(zip(items.x, items.y)):
        Image.fromarray(x[:, :, 0]).save(folder / classes[y] / f"{number}.png")
