# SPDX-License-Identifier: MIT
"""QUANTIZE, DEQUANTIZE"""
from tinyml.ops.quantize import Quantize


def read(op):
    return Quantize(op.name, op.outputs[0], op.input(0))


READS = {"QUANTIZE": read, "DEQUANTIZE": read}
