# SPDX-License-Identifier: MIT
"""The families: one file each, with the op, its products and its limits.

A limit is a function `Op -> str | None`: its docstring is the rule in docs/OPS.md, and what it
returns says what was found instead. `problems` lists all that is wrong with a graph.
"""
from importlib import import_module

from tinyml.ops.common import FOUNDATIONS

FAMILIES = ("conv2d", "depthwise_conv2d", "fully_connected", "average_pool", "max_pool", "mean",
            "add", "pad", "reshape", "softmax", "quantize", "relu", "transpose", "shape",
            "unsupported")


def limits(family: str):
    """The limits of a family, in the order of its file."""
    return import_module(f"tinyml.ops.{family}").LIMITS


def problems(graph) -> list[str]:
    """One line for every limit that an op of the graph breaks. Limits of a family rely on the
    common ones, so they are not asked where one of those is broken."""
    found = []
    for op in graph.ops:
        for limit in limits(op.family):
            what = limit(op)
            if what:
                found.append(f"{op.label} `{op.name}`: {what}; {limit.__doc__} "
                             f"(docs/OPS.md#{op.family})")
                if limit in FOUNDATIONS:
                    break
    return list(dict.fromkeys(found))
