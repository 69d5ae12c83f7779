# SPDX-License-Identifier: MIT
"""AVERAGE_POOL_2D, MAX_POOL_2D"""
import tflite

from tinyml.importers.tflite.options import activation, border
from tinyml.ops.average_pool import AveragePool
from tinyml.ops.max_pool import MaxPool


def reader(type):
    def read(op):
        options = op.options(tflite.Pool2DOptions)
        window = options.FilterHeight(), options.FilterWidth()
        return type(op.name, op.outputs[0], op.input(0), window,
                    (options.StrideH(), options.StrideW()),
                    border(options, op.input(0), window), activation(options))
    return read


READS = {"AVERAGE_POOL_2D": reader(AveragePool), "MAX_POOL_2D": reader(MaxPool)}
