# SPDX-License-Identifier: MIT
"""Runs a model on TensorFlow Lite's reference kernels, those with double rounding: for what Micro has
no kernels for."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def run(model, inputs):
    """Outputs of a .tflite, as arrays, for its inputs in order."""
    interpreter = Interpreter(model_content=model,
                              experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    for details, array in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(details["index"], np.ascontiguousarray(array))
    interpreter.invoke()
    return [interpreter.get_tensor(details["index"])
            for details in interpreter.get_output_details()]
