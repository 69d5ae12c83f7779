# SPDX-License-Identifier: MIT
"""DEPTHWISE_CONV_2D"""
import tflite

from tinyml.importers.tflite.options import activation, border, of_rank
from tinyml.ops.depthwise_conv2d import DepthwiseConv2d


def read(op):
    options = op.options(tflite.DepthwiseConv2DOptions)
    dilation = options.DilationHFactor(), options.DilationWFactor()
    window = of_rank(op.input(1), 4)[1:3]
    return DepthwiseConv2d(op.name, op.outputs[0], op.input(0), op.input(1), op.input(2),
                           (options.StrideH(), options.StrideW()),
                           border(options, op.input(0), window, dilation), dilation,
                           activation(options))


READS = {"DEPTHWISE_CONV_2D": read}
