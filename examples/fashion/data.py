# SPDX-License-Identifier: MIT
"""Reads Fashion-MNIST, as Debian's package `dataset-fashion-mnist` installs it."""

import gzip
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
FOLDER = Path("/usr/share/datasets/fashion-mnist")
IMAGES_MAGIC, LABELS_MAGIC = 0x803, 0x801


def load(part):
    """Photos (n, 28, 28) and labels (n,), both uint8, of part `train` or `t10k` (the test part)."""
    photos = read_idx(FOLDER / f"{part}-images-idx3-ubyte.gz", IMAGES_MAGIC)
    labels = read_idx(FOLDER / f"{part}-labels-idx1-ubyte.gz", LABELS_MAGIC)
    return photos.reshape(-1, 28, 28), labels


def read_idx(path, magic):
    """The items of an IDX file of bytes: magic, one big-endian size per dimension, items."""
    content = gzip.decompress(path.read_bytes())
    assert int.from_bytes(content[:4], "big") == magic, path
    dimensions = magic & 0xFF
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions)
