# SPDX-License-Identifier: MIT
"""pad -> pad."""
from tinyml.lower.step import LoweredStep, views
from tinyml.plan import Window


def lower(op):
    """One step."""
    top, left, front = op.before
    yield LoweredStep("pad", views(op), {"pad_front": front, "value": op.value},
                      window=Window(pad_top=top, pad_left=left))
