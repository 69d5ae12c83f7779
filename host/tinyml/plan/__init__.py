# SPDX-License-Identifier: MIT
"""Where every tensor lives, and when each task goes: stages, rings, places. Knows neither ops nor
boards."""
from tinyml.plan.layout import Plan
from tinyml.options import Options
from tinyml.plan.pages import Page
from tinyml.plan.plan import make_frontier, make_plan
from tinyml.plan.tasks import POINT, Problem, Region, Task, Window

__all__ = ["POINT", "Options", "Page", "Plan", "Problem", "Region", "Task", "Window", "make_frontier",
           "make_plan"]
