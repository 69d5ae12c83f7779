# SPDX-License-Identifier: MIT
"""Slice, Split, and Gather of constant indices"""
from dataclasses import replace
from itertools import accumulate, pairwise

from tinyml.importers.onnx.node import Refused, around, from_height
from tinyml.ops.concatenation import Concatenation
from tinyml.ops.reshape import Reshape
from tinyml.ops.strided_slice import StridedSlice


def read_slice(node):
    shape = node.activation().shape
    starts, ends = node.values("starts", 1), node.values("ends", 2)
    axes = node.values("axes", 3, range(len(starts)))
    steps = node.values("steps", 4, [1] * len(starts))
    ranges = [range(size) for size in shape]
    for axis, *numbers in zip(axes, starts, ends, steps, strict=True):
        ranges[axis] = ranges[axis][slice(*numbers)]
    return _sliced(node, node.output, ranges)


def read_split(node):
    shape, axis = node.activation().shape, node.get("axis", 0) % len(node.activation().shape)
    sizes = [output.shape[axis] for output in node.outputs]
    for output, part in zip(node.outputs, pairwise(accumulate(sizes, initial=0))):
        ranges = [range(size) for size in shape]
        ranges[axis] = range(*part)
        yield from _sliced(replace(node, name=output.name), output, ranges)


def read_gather(node):
    shape, index = node.activation().shape, node.constant(1).data
    axis = node.get("axis", 0) % len(shape)
    places = [int(place) % shape[axis] for place in index.ravel()]
    runs = list(_runs(places))
    if index.ndim > 1:
        raise Refused(f"of indices in {index.ndim} axes")
    parts = [node.output] if len(runs) == 1 else [
        replace(node.output, name=f"{node.output.name}/{number}", shape=(
            *shape[:axis], len(run), *shape[axis + 1:])) for number, run in enumerate(runs)]
    for part, run in zip(parts, runs):
        ranges = [range(size) for size in shape]
        ranges[axis] = run
        yield from _sliced(replace(node, name=part.name), part, ranges)
    if len(runs) > 1:
        yield Concatenation(node.name, node.output, tuple(parts), from_height(axis, parts[0]))


def _runs(places: list[int]):
    """Places in as few ranges, one behind the other."""
    while places:
        step = max(places[1] - places[0], 1) if len(places) > 1 else 1
        run = next(range(places[0], places[0] + count * step, step)
                   for count in range(len(places), 0, -1)
                   if places[:count] == list(range(places[0], places[0] + count * step, step)))
        yield run
        places = places[len(run):]


def _sliced(node, output, ranges):
    """The slice, and a reshape where an axis goes."""
    shape = tuple(map(len, ranges))
    if shape[:-3] != node.input(0).shape[:-3]:
        raise Refused("of the batch")
    kept = output if shape == output.shape else replace(output, name=f"{output.name}/kept",
                                                        shape=shape)
    if ranges[-1].step == 1 or len(shape) < 3:
        yield _slice(node, kept, node.input(0), ranges)
    else:                                       # steps along what must not be the channels
        ranges = [ranges[0], *ranges[2:], ranges[1]]
        yield from around(replace(node, outputs=(kept,)), lambda input, inner: _slice(
            node, inner, input, ranges))
    if kept is not output:
        yield Reshape(f"{node.name}/reshape", output, kept)


def _slice(node, output, input, ranges) -> StridedSlice:
    triples = [(0, 1, 1)] * 3 + [(r.start, len(r), r.step if len(r) > 1 else 1) for r in ranges]
    begin, size, stride = zip(*triples[-3:])
    return StridedSlice(node.name, output, input, begin, size, stride)


READS = {"Slice": read_slice, "Split": read_split, "Gather": read_gather}
