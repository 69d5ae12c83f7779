# SPDX-License-Identifier: MIT
"""Where a sliding window stands: shared by the convolutions and the pools."""

import numpy as np


def span(kernel, dilation=(1, 1)):
    """Rows and columns from the first tap to the last."""
    return tuple((k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True))


def pads(padding, in_size, kernel, stride, dilation=(1, 1)):
    """(top, left, bottom, right) of 'SAME' or 'VALID'; four numbers are returned as they are."""
    if not isinstance(padding, str):
        return tuple(padding)
    if padding == "VALID":
        return 0, 0, 0, 0
    before, after = [], []
    for size, reach, step in zip(in_size, span(kernel, dilation), stride, strict=True):
        total = max((-(-size // step) - 1) * step + reach - size, 0)
        before.append(total // 2)  # the odd one goes after
        after.append(total - total // 2)
    return *before, *after


def taps(x, kernel, stride, padding, dilation=(1, 1), fill=0):
    """For each tap (row, column): what it sees from each output position, as (h, w, channels)."""
    top, left, bottom, right = pads(padding, x.shape[1:3], kernel, stride, dilation)
    image = np.pad(x[0], ((top, bottom), (left, right), (0, 0)), constant_values=fill)
    rows, columns = (n - s for n, s in zip(image.shape, span(kernel, dilation), strict=False))
    assert rows >= 0 and columns >= 0, "the window is larger than the padded input"
    for row, column in np.ndindex(*kernel):
        y, x0 = row * dilation[0], column * dilation[1]
        seen = image[y : y + rows + 1 : stride[0], x0 : x0 + columns + 1 : stride[1]]
        yield (row, column), seen
