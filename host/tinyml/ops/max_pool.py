# SPDX-License-Identifier: MIT
"""max_pool: the max over a window, per channel."""
from dataclasses import dataclass, replace

from tinyml.ir import Border, Op, Tensor
from tinyml.ops.pool import POOL_LIMITS, Pool
from tinyml.ops.reshape import Reshape


@dataclass(frozen=True, eq=False)
class MaxPool(Pool):
    """The largest number of a window."""


def maxima(name: str, output: Tensor, input: Tensor, axes: set[int]) -> list[Op]:
    """The ops that give the largest number along axes, counted from the height: windows that are
    all of an axis, over the image first, then over channels."""
    made: list[Op] = []
    height, width, channels = input.hwc
    window = height if 0 in axes else 1, width if 1 in axes else 1
    if window != (1, 1):
        input = _pooled(made, output, input, window)
    if 2 in axes and channels > 1:
        rows = height * width // (window[0] * window[1])
        view = replace(input, name=f"{output.name}/rows", shape=(1, rows, channels, 1))
        made.append(Reshape(view.name, view, input))
        input = _pooled(made, output, view, (1, channels))
    return [*made, Reshape(name, output, input)]


def _pooled(made: list[Op], output: Tensor, input: Tensor, window: tuple[int, int]) -> Tensor:
    height, width, channels = input.hwc
    pooled = replace(output, name=f"{output.name}/{len(made)}",
                     shape=(1, height // window[0], width // window[1], channels))
    made.append(MaxPool(pooled.name, pooled, input, window, (1, 1), Border()))
    return pooled


LIMITS = POOL_LIMITS
