# SPDX-License-Identifier: MIT
"""DepthToSpace, SpaceToDepth"""
from dataclasses import replace

from tinyml.importers.onnx.channel_shuffle import shuffled
from tinyml.importers.onnx.node import around
from tinyml.ops.depth_to_space import DepthToSpace
from tinyml.ops.space_to_depth import SpaceToDepth


def read_depth(node):
    """The mode CRD has all that a pixel becomes in neighbouring channels: those are dealt first."""
    side = node.get("blocksize")
    first, op, last = around(node, lambda input, output: DepthToSpace(
        node.name, output, input, (side, side)))
    yield first
    if node.get("mode", b"DCR") == b"CRD":
        dealt = replace(op.input, name=f"{op.input.name}/shuffled")
        yield from shuffled(f"{node.name}/shuffle", dealt, op.input, op.output.hwc[2])
        op = replace(op, input=dealt)
    yield from (op, last)


def read_space(node):
    return around(node, lambda input, output: SpaceToDepth(
        node.name, output, input, node.get("blocksize")))


READS = {"DepthToSpace": read_depth, "SpaceToDepth": read_space}
