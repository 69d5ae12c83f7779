# SPDX-License-Identifier: MIT
"""fully_connected -> conv2d with a 1x1 window: a row of the input is a pixel."""
from tinyml.lower.conv2d import convolution
from tinyml.lower.requantise import filters
from tinyml.lower.step import View
from tinyml.plan import POINT


def lower(op):
    """One step; weights are (outputs, inputs)."""
    outputs, depth = op.weights.shape
    rings = {"output": View(op.output, (1, op.rows, outputs)),
             "input": View(op.input, (1, op.rows, depth))}
    yield convolution(op, filters(op, op.weights.data), rings, POINT)
