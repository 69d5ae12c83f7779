# SPDX-License-Identifier: MIT
"""GlobalAveragePool, ReduceMean"""
from tinyml.importers.onnx.node import Refused, reduced_axes
from tinyml.ops.mean import Mean


def read_pool(node):
    rank = len(node.activation().shape)
    yield Mean(node.name, node.output, node.input(0), tuple(range(2, rank)))


def read_mean(node):
    axes = reduced_axes(node)
    if not axes:
        raise Refused("over no axes")
    yield Mean(node.name, node.output, node.activation(), axes)


READS = {"GlobalAveragePool": read_pool, "ReduceMean": read_mean}
