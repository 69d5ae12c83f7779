# SPDX-License-Identifier: MIT
"""STRIDED_SLICE, SLICE, and what gives several slices: SPLIT, SPLIT_V, UNPACK"""
from dataclasses import replace
from itertools import accumulate, pairwise

import tflite

from tinyml.errors import ModelError
from tinyml.importers.tflite.shape import shape_arithmetic
from tinyml.ir import Op, Tensor
from tinyml.ops.reshape import Reshape
from tinyml.ops.strided_slice import StridedSlice


@shape_arithmetic
def strided(op):
    options = op.options(tflite.StridedSliceOptions)
    masks = (options.EllipsisMask(), options.NewAxisMask(), options.ShrinkAxisMask(),
             options.BeginMask(), options.EndMask())
    index = [_index(*numbers, *(mask >> i & 1 for mask in masks)) for i, numbers in
             enumerate(zip(*(op.constant(i).ravel().tolist() for i in (1, 2, 3))))]
    return slices(op, op.outputs[0], [axis for axis in index if axis is not None])


def _index(begin, end, step, ellipsis, new_axis, shrinks, from_first, to_last):
    """What Python would write between brackets; None for an axis that is added."""
    if ellipsis:
        return Ellipsis
    if new_axis:
        return None
    if shrinks:
        return slice(begin, begin + 1 or None)
    return slice(None if from_first else begin, None if to_last else end, step)


@shape_arithmetic
def slice_(op):
    begins, sizes = (op.constant(i).ravel().tolist() for i in (1, 2))
    return slices(op, op.outputs[0], [slice(begin, None if size < 0 else begin + size)
                                       for begin, size in zip(begins, sizes)])


def split(op):
    """Equal parts."""
    given, axis = op.input(1), int(op.constant(0).item()) % len(op.input(1).shape)
    return _parts(op, given, axis, [output.shape[axis] for output in op.outputs])


def split_v(op):
    axis = int(op.constant(2).item()) % len(op.input(0).shape)
    return _parts(op, op.input(0), axis, [output.shape[axis] for output in op.outputs])


def unpack(op):
    """Every index of an axis, which goes."""
    axis = op.options(tflite.UnpackOptions).Axis() % len(op.input(0).shape)
    return _parts(op, op.input(0), axis, [1] * len(op.outputs))


def _parts(op, given: Tensor, axis: int, sizes: list[int]) -> list[Op]:
    if sum(sizes) != given.shape[axis]:
        raise ModelError(f"{op.kind} `{op.name}`: parts of {sizes} do not make {given.shape}")
    made = []
    for output, (begin, end) in zip(op.outputs, pairwise(accumulate(sizes, initial=0))):
        index = [slice(None)] * axis + [slice(begin, end)]
        made += slices(replace(op, name=output.name), output, index, given)
    return made


def slices(op, output: Tensor, index: list, given: Tensor | None = None) -> list[Op]:
    """The slice, and a reshape where axes come or go."""
    given = given or op.input(0)
    ranges = _ranges(given.shape, index)
    shape = tuple(map(len, ranges))
    whole = [(0, 1, 1)] * 3 + [(r.start, len(r), r.step if len(r) > 1 else 1) for r in ranges]
    begin, size, stride = zip(*whole[-3:])
    kept = output if shape == output.shape else replace(output, name=f"{output.name}/kept",
                                                        shape=shape)
    made = [StridedSlice(op.name, kept, given, begin, size, stride)]
    return made if kept is output else [*made, Reshape(op.name, output, kept)]


def _ranges(shape: tuple[int, ...], index: list) -> list[range]:
    """The indices that are taken of each axis."""
    if Ellipsis in index:
        at = index.index(Ellipsis)
        index = index[:at] + [slice(None)] * (len(shape) - len(index) + 1) + index[at + 1:]
    index = index + [slice(None)] * (len(shape) - len(index))
    return [range(size)[part] for size, part in zip(shape, index, strict=True)]


READS = {"STRIDED_SLICE": strided, "SLICE": slice_}
MANY = {"SPLIT": split, "SPLIT_V": split_v, "UNPACK": unpack}
