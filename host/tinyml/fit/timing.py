# SPDX-License-Identifier: MIT
"""How many cycles a schedule takes, by a table of costs for each core.

The cost of a step is a sum: so much for each product, each output, each firing, ... Each kind of
step counts other things; kinds that no table knows are counted as `other`. `costs.json` is fitted
to cycles that tools/simulator counts (`python3 tasks.py costs`): of memory without wait states,
so a board that waits for its flash takes longer.
"""
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tinyml.bench import products_of
from tinyml.schedule import Schedule

TABLE = Path(__file__).with_name("costs.json")
# The core that a module is written for: what a board has unless its facts say otherwise.
CORES = {"armv6m": "m0", "armv7m": "m3", "armv7emsp": "m4", "armv7emdp": "m7", "rv32imc": "rv32"}
OTHER, MACHINE = "other", "machine"
PAGE = "page"                   # of weights: nobody knows how fast a board's files are read
BY_FOURS = ("conv2d", "conv2d_stack", "conv2d_unstack")
DEPTHWISE = ("depthwise_conv2d", "depthwise_conv2d_stack")


@cache
def read_costs() -> dict:
    """{core: {kind: {what is counted: cycles of each}}}"""
    return json.loads(TABLE.read_text())


def predicted_cycles(schedule: Schedule, core: str) -> int | None:
    """Of one run in C; None for a core that no table knows."""
    costs = read_costs().get(core)
    if costs is None:
        return None
    counted = [(kind, counts(schedule, kind, values)) for kind, values in schedule.steps
               if kind != PAGE]
    counted.append((MACHINE, {"firings": sum(each["firings"] for _, each in counted), "runs": 1}))
    return round(sum(cycles_of(costs, kind, each) for kind, each in counted))


def cycles_of(costs: dict, kind: str, does: dict[str, float]) -> float:
    """Of one step, by the costs of a core."""
    each = costs.get(kind, costs[OTHER])
    return sum(each.get(what, 0) * number for what, number in does.items())


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


def counts(schedule: Schedule, kind: str, values: dict) -> dict[str, float]:
    """What costs, of a step of a schedule, and how often."""
    out = schedule.rings[values["output"]]
    crosses = values["stage"] == 1 or values["block"] > out["width"]
    return counted(Work(kind, (out["height"], out["width"], out["channels"]),
                        products_of(schedule, kind, values), (values["k_h"], values["k_w"]),
                        values["block"], crosses, values["rows"], values.get("quick") == 0))


def counted(work: Work) -> dict[str, float]:
    """The same of any work."""
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
