# SPDX-License-Identifier: MIT
"""FULLY_CONNECTED"""
import tflite

from tinyml.importers.tflite.options import activation
from tinyml.ops.fully_connected import FullyConnected


def read(op):
    options = op.options(tflite.FullyConnectedOptions)
    return FullyConnected(op.name, op.outputs[0], op.input(0), op.input(1), op.input(2),
                          activation(options))


READS = {"FULLY_CONNECTED": read}
