# SPDX-License-Identifier: MIT
"""transpose -> transpose."""
from tinyml.lower.step import LoweredStep, views


def lower(op):
    """One step. Axes are counted from the height; missing ones stand before."""
    rank = len(op.axes)
    missing = 4 - rank
    axes = tuple(range(missing)) + tuple(axis + missing for axis in op.axes)
    y, x, c = (axis - 1 for axis in axes[1:])
    yield LoweredStep("transpose", views(op), {"axis_y": y, "axis_x": x, "axis_c": c}, window=None)
