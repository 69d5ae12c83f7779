# SPDX-License-Identifier: MIT
"""The machine in C on every processor, without a board: exact, counted, and guarded.

    with_strictness = Simulator("m4", strict=True)
    ran = with_strictness.run(file, [image])
    ran.outputs, ran.instructions, ran.cycles, ran.stack_bytes, ran.steps

The code is that of the native module, object by object. File, arena, stack and code lie in memory
of their own with nothing around it, so that reading or writing past an end is a Fault; `strict`
also watches that a kernel stays inside the rings of its step, writes nothing else, and that what a
processor wants aligned is.
"""
from .cores import CORES
from .machine import Fault
from .run import Machine, Ran, Simulator, Step

__all__ = ["CORES", "Fault", "Machine", "Ran", "Simulator", "Step"]
