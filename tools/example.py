# SPDX-License-Identifier: MIT
"""The worked example of docs/PLANNER.md, as the planner sees a model: a camera picture of 12 x 12
pixels, a 3x3 convolution, an inverted residual without its shortcut, and a classifier.
"""
from tinyml.plan import Problem, Task, Window

IMAGE, FEATURES, WIDE, SMALL, NARROW, CLASSES = range(6)        # tensors
SHAPES = ((12, 12, 2), (12, 12, 4), (12, 12, 16), (6, 6, 16), (6, 6, 4), (1, 3, 1))
NAMES = ("image", "features", "wide", "small", "narrow", "classes")

CONV = Window(3, 3, 1, 1, pad_top=1, pad_left=1)
HALVE = Window(3, 3, 2, 2)      # padded below and on the right alone, as TensorFlow Lite does


def _task(name: str, reads: int, products: int, **more) -> Task:
    """A task that writes the tensor after the one it reads, at most a row at a time."""
    shape = SHAPES[reads + 1]
    return Task(name, (reads,), reads + 1, shape, products=products, most_block=shape[1], **more)


TASKS = (
    _task("conv 3x3", IMAGE, 12 * 12 * 4 * 3 * 3 * 2, window=CONV),
    _task("expand 1x1", FEATURES, 12 * 12 * 16 * 4, pointwise=True),
    _task("depthwise 3x3", WIDE, 6 * 6 * 16 * 3 * 3, window=HALVE, depthwise=True),
    _task("project 1x1", SMALL, 6 * 6 * 4 * 16, pointwise=True),
    _task("classify", NARROW, 6 * 6 * 4 * 3, window=None),
)
HELD = Problem(TASKS, SHAPES, (IMAGE,), (CLASSES,), NAMES)

# The same with the picture fed in rows: a first task that takes what the caller offers.
FED = Problem((Task("take", (), IMAGE, SHAPES[IMAGE], most_block=12), *TASKS), SHAPES, (), (CLASSES,), NAMES)
