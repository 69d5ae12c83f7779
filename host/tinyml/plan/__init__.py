# SPDX-License-Identifier: MIT
"""Where every tensor lives: sizes, lifetimes and places. Knows neither ops nor boards."""
from tinyml.plan.plan import Plan, Task, make_plan

__all__ = ["Plan", "Task", "make_plan"]
