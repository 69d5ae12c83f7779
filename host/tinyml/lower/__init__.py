# SPDX-License-Identifier: MIT
"""Ops -> steps: picks the kernel, packs the weights, settles every number that C will need."""
from importlib import import_module

from tinyml.lower.step import LoweredStep


def lower(op) -> tuple[LoweredStep, ...]:
    """The steps of one op; none if its output is its input's bytes."""
    return tuple(import_module(f"tinyml.lower.{op.family}").lower(op))
