# SPDX-License-Identifier: MIT
"""Runs a model on another implementation: TensorFlow Lite Micro's reference kernels."""

import numpy as np
import tflite
from tflite_micro.python.tflite_micro import runtime


def run(model, inputs, arena_size=1 << 23):
    """Outputs of a .tflite, as arrays, for its inputs in order."""
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena_size)
    for index, array in enumerate(inputs):
        interpreter.set_input(np.ascontiguousarray(array), index)
    interpreter.invoke()
    count = tflite.Model.GetRootAs(model, 0).Subgraphs(0).OutputsLength()
    return [np.array(interpreter.get_output(index)) for index in range(count)]
