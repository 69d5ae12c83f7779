# SPDX-License-Identifier: MIT
"""LOGISTIC, TANH, HARD_SWISH, LEAKY_RELU, ELU, ABS, RSQRT"""
import tflite

from tinyml.ops.unary import FUNCTIONS, Unary


def read(op):
    return Unary(op.name, op.outputs[0], op.input(0), op.kind.lower())


def read_leaky_relu(op):
    alpha = op.options(tflite.LeakyReluOptions).Alpha()
    return Unary(op.name, op.outputs[0], op.input(0), "leaky_relu", alpha)


READS = {name.upper(): read for name in FUNCTIONS if name != "negate"} | {"LEAKY_RELU": read_leaky_relu}
