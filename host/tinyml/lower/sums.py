# SPDX-License-Identifier: MIT
"""The running sums of averages over many pixels."""
from tinyml.ir import Tensor
from tinyml.lower.step import LoweredStep, View
from tinyml.plan import Window


def sums(op, hwc: tuple[int, int, int], per_row: bool = False) -> tuple[LoweredStep, Window]:
    """The step that sums the pixels of an op's input, seen as `hwc`, all or row by row; and the
    window of the step that reads the last pixel of the sums."""
    height, width, channels = hwc
    shape = (height, width, 4 * channels)
    total = View(Tensor(f"{op.output.name}/sums", (1, *shape), "int32"), shape)
    step = LoweredStep("sum", {"output": total, "input": View(op.input, hwc)},
                       {"restart": int(per_row)}, accumulates=True)
    return step, Window(pad_top=0 if per_row else 1 - height, pad_left=1 - width)
