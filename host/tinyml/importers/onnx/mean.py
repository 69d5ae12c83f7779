# SPDX-License-Identifier: MIT
"""GlobalAveragePool, ReduceMean"""
from tinyml.importers.onnx.node import reduced_axes
from tinyml.ops.mean import Mean


def read_pool(node):
    rank = len(node.activation().shape)
    yield Mean(node.name, node.output, node.input(0), tuple(range(2, rank)))


def read_mean(node):
    yield Mean(node.name, node.output, node.activation(), reduced_axes(node))


READS = {"GlobalAveragePool": read_pool, "ReduceMean": read_mean}
