# SPDX-License-Identifier: MIT
"""DEPTHWISE_CONV_2D"""
import tflite

from tinyml.importers.tflite.conv2d import reader
from tinyml.ops.depthwise_conv2d import DepthwiseConv2d

READS = {"DEPTHWISE_CONV_2D": reader(DepthwiseConv2d, tflite.DepthwiseConv2DOptions)}
