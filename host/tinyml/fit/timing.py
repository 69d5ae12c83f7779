# SPDX-License-Identifier: MIT
"""How many cycles a schedule takes, by the table of costs that the planner reckons with too
(plan/cores.py)."""
from tinyml.bench import products_of
from tinyml.plan.cores import MACHINE, Work, counted, cycles_of, read_costs
from tinyml.schedule import Schedule

PAGE = "page"                   # of weights: nobody knows how fast a board's files are read


def predicted_cycles(schedule: Schedule, core: str) -> int | None:
    """Of one run in C; None for a core that no table knows."""
    costs = read_costs().get(core)
    if costs is None:
        return None
    does = [(kind, counts(schedule, kind, values)) for kind, values in schedule.steps
            if kind != PAGE]
    does.append((MACHINE, {"firings": sum(each["firings"] for _, each in does), "runs": 1}))
    return round(sum(cycles_of(costs, kind, each) for kind, each in does))


def counts(schedule: Schedule, kind: str, values: dict) -> dict[str, float]:
    """What costs, of a step of a schedule, and how often."""
    out = schedule.rings[values["output"]]
    crosses = values["stage"] == 1 or values["block"] > out["width"]
    return counted(Work(kind, (out["height"], out["width"], out["channels"]),
                        products_of(schedule, kind, values), (values["k_h"], values["k_w"]),
                        values["block"], crosses, values["rows"], values.get("quick") == 0))
