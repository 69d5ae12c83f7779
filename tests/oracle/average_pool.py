# SPDX-License-Identifier: MIT
"""average_pool: the mean of the bytes under the window, ties away from zero, or from `origin`."""

import numpy as np

from .window import taps


def average_pool(x, *, kernel, stride, padding, act_min=-128, act_max=127, origin=0):
    """x (1, h, w, c) int8. Only places inside the image are added and counted."""
    total = sum(seen for _, seen in taps(x.astype(np.int64) - origin, kernel, stride, padding))
    count = sum(seen for _, seen in taps(np.ones_like(x, np.int64), kernel, stride, padding))
    mean = np.sign(total) * ((np.abs(total) + count // 2) // count) + origin
    return np.clip(mean, act_min, act_max).astype(np.int8)[None]
