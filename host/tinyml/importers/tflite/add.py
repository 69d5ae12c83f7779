# SPDX-License-Identifier: MIT
"""ADD"""
import tflite

from tinyml.importers.tflite.options import activation
from tinyml.ops.add import Add


def read(op):
    return Add(op.name, op.outputs[0], op.input(0), op.input(1),
               activation(op.options(tflite.AddOptions)))


READS = {"ADD": read}
