# SPDX-License-Identifier: MIT
"""FULLY_CONNECTED"""
import tflite

from tinyml.importers.tflite.options import activation, of_rank
from tinyml.ops.fully_connected import FullyConnected


def read(op):
    of_rank(op.input(1), 2)
    options = op.options(tflite.FullyConnectedOptions)
    return FullyConnected(op.name, op.outputs[0], op.input(0), op.input(1), op.input(2),
                          activation(options))


READS = {"FULLY_CONNECTED": read}
