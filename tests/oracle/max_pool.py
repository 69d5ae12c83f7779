# SPDX-License-Identifier: MIT
"""max_pool: the largest byte under the window."""

import numpy as np

from .window import taps


def max_pool(x, *, kernel, stride, padding, act_min=-128, act_max=127):
    """x (1, h, w, c) int8. Places outside the image do not count."""
    largest = np.int8(-128)
    for _, seen in taps(x, kernel, stride, padding, fill=-128):
        largest = np.maximum(largest, seen)
    return np.clip(largest, act_min, act_max).astype(np.int8)[None]


def reduce_max(x, axes, keep_dims):
    return np.asarray(x.max(axis=axes, keepdims=keep_dims))


def reduce_min(x, axes, keep_dims):
    return np.asarray(x.min(axis=axes, keepdims=keep_dims))
