# SPDX-License-Identifier: MIT
"""Channels in groups that are dealt anew (ShuffleNet): written as a reshape to five axes, a
transpose and a reshape, it is one transpose of pixels here."""
from collections import Counter
from dataclasses import replace

from tinyml.importers.onnx.node import around
from tinyml.ir import Tensor
from tinyml.ops.reshape import Reshape
from tinyml.ops.transpose import Transpose

KIND, SWAPPED = "channel shuffle", [0, 2, 1, 3, 4]


def merge_shuffles(nodes, shape_of, outputs) -> list:
    """The operators with one in place of each three."""
    readers = Counter(name for node in nodes for name in node.inputs) + Counter(outputs)
    writer = {name: node for node in nodes for name in node.outputs}
    merged, gone = {}, set()
    for last in nodes:
        turn = writer.get(last.inputs[0]) if last.kind == "Reshape" else None
        first = writer.get(turn.inputs[0]) if turn and turn.kind == "Transpose" else None
        if first is None or first.kind != "Reshape" or turn.attributes.get("perm") != SWAPPED:
            continue
        shape, five = shape_of(first.inputs[0]), shape_of(first.outputs[0])
        alone = all(readers[node.outputs[0]] == 1 for node in (first, turn))
        if alone and shape == shape_of(last.outputs[0]) and shape[2:] == five[3:]:
            merged[id(last)] = replace(last, kind=KIND, inputs=first.inputs[:1],
                                       attributes={"groups": five[1]})
            gone.update((id(first), id(turn)))
    return [merged.get(id(node), node) for node in nodes if id(node) not in gone]


def read(node):
    first, _, last = around(node, lambda input, output: None)
    yield first
    yield from shuffled(node.name, last.input, first.output, node.get("groups"))
    yield last


def shuffled(name: str, output: Tensor, input: Tensor, groups: int):
    """The ops that deal channels, which come last here: the first of each group, then the second."""
    _, height, width, channels = input.shape
    each, pixels = channels // groups, height * width
    dealt = replace(input, name=f"{name}/dealt", shape=(1, pixels, groups, each))
    turned = replace(input, name=f"{name}/turned", shape=(1, pixels, each, groups))
    yield Reshape(dealt.name, dealt, input)
    yield Transpose(name, turned, dealt, (0, 1, 3, 2))
    yield Reshape(f"{name}/joined", output, turned)


READS = {KIND: read}
