# SPDX-License-Identifier: MIT
"""CONV_2D"""
import tflite

from tinyml.importers.tflite.options import activation, border, of_rank
from tinyml.ops.conv2d import Conv2d


def read(op):
    options = op.options(tflite.Conv2DOptions)
    dilation = options.DilationHFactor(), options.DilationWFactor()
    window = of_rank(op.input(1), 4)[1:3]
    return Conv2d(op.name, op.outputs[0], op.input(0), op.input(1), op.input(2),
                  (options.StrideH(), options.StrideW()),
                  border(options, op.input(0), window, dilation), dilation,
                  activation(options))


READS = {"CONV_2D": read}
