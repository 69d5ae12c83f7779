# SPDX-License-Identifier: MIT
"""CONV_2D"""
import tflite

from tinyml.importers.tflite.options import activation, border, of_rank
from tinyml.ops.conv2d import Conv2d


def reader(type, options_type):
    """A reader of convolutions: CONV_2D and DEPTHWISE_CONV_2D name their options alike."""
    def read(op):
        options = op.options(options_type)
        dilation = options.DilationHFactor(), options.DilationWFactor()
        window = of_rank(op.input(1), 4)[1:3]
        return type(op.name, op.outputs[0], op.input(0), op.input(1), op.input(2),
                    (options.StrideH(), options.StrideW()),
                    border(options, op.input(0), window, dilation), dilation, activation(options))
    return read


READS = {"CONV_2D": reader(Conv2d, tflite.Conv2DOptions)}
