# SPDX-License-Identifier: MIT
"""What a task costs on a core, in cycles, by a table.

The cost of a step is a sum: so much for each product, each output, each firing, ... Each kind of
step counts other things; kinds that no table knows are counted as `other`. `costs.json` is fitted
to cycles that tools/simulator counts (`python3 tasks.py costs`): of memory without wait states,
so a board that waits for its flash takes longer.
"""
import json
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from tinyml.plan.cost import Cost, cycles
from tinyml.plan.tasks import POINT, Task

TABLE = Path(__file__).with_name("costs.json")
OTHER, MACHINE = "other", "machine"
BY_FOURS = ("conv2d", "conv2d_stack", "conv2d_unstack")
DEPTHWISE = ("depthwise_conv2d", "depthwise_conv2d_stack")
REMEMBERED = 1 << 16            # works, which recur from model to model


@dataclass(frozen=True)
class Work:
    """What a step does in a run. `kernel`: rows and columns of its window; `block`: pixels of a
    firing, which `crosses` the ends of rows or not; `rows` of output per firing; `slow`: its sums
    need more care (docs/KERNELS.md)."""

    kind: str
    shape: tuple[int, int, int]
    products: int
    kernel: tuple[int, int]
    block: int
    crosses: bool
    rows: int = 1
    slow: bool = False


@cache
def read_costs() -> dict:
    """{core: {kind: {what is counted: cycles of each}}}"""
    return json.loads(TABLE.read_text())


@cache
def cost_of(core: str | None) -> Cost:
    """The cost of a task, the machine's part included; without weights, so sums are taken to be small
    enough for the quicker ways of the kernels. Of a core that no table knows: plan/cost.py's."""
    costs = read_costs().get(core)
    if costs is None:
        return cycles

    @lru_cache(REMEMBERED)
    def cost(kind, shape, products, window, block, crosses, rows) -> float:
        does = counted(Work(kind, shape, products, (window.height, window.width), block, crosses,
                            rows))
        return cycles_of(costs, kind, does) + costs[MACHINE]["firings"] * does["firings"]

    def of_task(task: Task, block: int, alone: bool) -> float:
        return cost(kind_of(task), task.shape, task.products + task.outside, task.window or POINT,
                    block, alone or block > task.shape[1], task.rows)
    return of_task


def per_run(core: str) -> float:
    """What a run costs besides its firings."""
    return read_costs()[core][MACHINE]["runs"]


def kind_of(task: Task) -> str:
    """The step that a task becomes."""
    if not task.high:
        return task.name
    if task.rows > 1:
        return "conv2d_unstack"
    return "depthwise_conv2d_stack" if task.depthwise else "conv2d_stack"


def cycles_of(costs: dict, kind: str, does: dict[str, float]) -> float:
    """Of one step, by the costs of a core."""
    each = costs.get(kind, costs[OTHER])
    return sum(each.get(what, 0) * number for what, number in does.items())


def counted(work: Work) -> dict[str, float]:
    """What costs, and how often it is done."""
    height, width, channels = work.shape
    pixels, products, taps = height * width, work.products, work.kernel[0] * work.kernel[1]
    firings, fours, few = _firings(work)
    found = {"firings": firings, "outputs": pixels * channels}
    if work.kind in BY_FOURS:
        return found | {"fours": products * fours, "few": products * few,
                        "ones": products * (1 - fours - few),
                        "slow": products if work.slow else 0, "inputs": products / channels,
                        "rows": pixels * work.kernel[0] if taps > 1 else 0}
    if work.kind in DEPTHWISE:
        return found | {"products": products, "channels": firings * channels}
    return found | {"taps": pixels * channels * taps}


def _firings(work: Work) -> tuple[int, float, float]:
    """How many, and which shares of the pixels are computed by fours, and as twos and threes that
    are left over."""
    height, width, _ = work.shape
    groups, block = -(-height // work.rows), work.block
    stretches, pixels = (1, groups * width) if work.crosses else (groups, width)
    whole, rest = divmod(pixels, block)
    fours = 4 * (whole * (block // 4) + rest // 4)
    few = whole * (block % 4) * (block % 4 > 1) + rest % 4 * (rest % 4 > 1)
    return stretches * (whole + (rest > 0)), fours / pixels, few / pixels
