# SPDX-License-Identifier: MIT
"""SOFTMAX"""
import tflite

from tinyml.ops.softmax import Softmax


def read(op):
    return Softmax(op.name, op.outputs[0], op.input(0), op.options(tflite.SoftmaxOptions).Beta())


READS = {"SOFTMAX": read}
