# SPDX-License-Identifier: MIT
"""GATHER whose indices are known: slices, one behind the other"""
from dataclasses import replace

import tflite

from tinyml.errors import ModelError
from tinyml.importers.tflite.options import from_height
from tinyml.importers.tflite.shape import shape_arithmetic
from tinyml.importers.tflite.strided_slice import slices
from tinyml.ir import Op
from tinyml.ops.concatenation import Concatenation
from tinyml.ops.reshape import Reshape
from tinyml.ops.unsupported import Unsupported


@shape_arithmetic
def read(op):
    given, indices, options = op.input(0), op.input(1), op.options(tflite.GatherOptions)
    if indices.data is None or given.data is not None or options.BatchDims():
        return Unsupported(op.name, op.outputs[0], "GATHER by indices that are computed",
                           tuple(t for t in (given, indices) if t.data is None))
    axis = options.Axis() % len(given.shape)
    if not all(0 <= index < given.shape[axis] for index in indices.data.flat):
        raise ModelError(f"GATHER `{op.name}`: an index is beyond {given.shape[axis]}")
    runs, made, parts = _runs(indices.data.ravel().tolist()), [], []
    for number, (first, size) in enumerate(runs):
        shape = (*given.shape[:axis], size, *given.shape[axis + 1:])
        name = f"{op.outputs[0].name}/{number}"
        parts.append(replace(op.outputs[0], name=name, shape=shape))
        made += slices(replace(op, name=name), parts[-1],
                       [slice(None)] * axis + [slice(first, first + size)])
    return [*made, *_joined(op, parts, from_height(axis, given))]


def _runs(indices: list[int]) -> list[tuple[int, int]]:
    """Neighbours in a row, as (first, how many)."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if runs and index == sum(runs[-1]):
            runs[-1] = runs[-1][0], runs[-1][1] + 1
        else:
            runs.append((index, 1))
    return runs


def _joined(op, parts: list, axis: int) -> list[Op]:
    """All parts, in the shape of the output."""
    output, whole = op.outputs[0], parts[0]
    if len(parts) == 1:
        return [Reshape(op.name, output, whole)]
    shape = list(whole.shape)
    shape[len(shape) - 3 + axis] = sum(part.shape[len(shape) - 3 + axis] for part in parts)
    whole = replace(output, name=f"{output.name}/all", shape=tuple(shape))
    return [Concatenation(whole.name, whole, tuple(parts), axis), Reshape(op.name, output, whole)]


READS = {"GATHER": read}
