# SPDX-License-Identifier: MIT
"""What a task costs, in cycles of a Cortex-M4: good enough to compare plans."""
from tinyml.plan.tasks import Task

PER_FIRING = 250                # the firing rule, a kernel's prologue
PER_OUTPUT = 6                  # requantise and store
PER_PRODUCT = {1: 2.4, 2: 1.7, 4: 1.2}      # by pixels per firing that share a weight
PER_DEPTHWISE_PRODUCT = 4.5     # no weights are shared


def cycles(task: Task, block: int, alone: bool) -> int:
    """Of all its firings of `block` pixels, which may cross the ends of rows if it is `alone`."""
    _, width, channels = task.shape
    firings = (-(-task.firing_rows * width // block) if alone
               else task.firing_rows * -(-width // block))
    outputs = task.firing_rows * width * channels * task.rows
    shared = max(size for size in PER_PRODUCT if size <= max(block, 1))
    each = PER_DEPTHWISE_PRODUCT if task.depthwise else PER_PRODUCT[shared]
    return int(firings * PER_FIRING + outputs * PER_OUTPUT + task.products * each)
