# SPDX-License-Identifier: MIT
"""Ops that move bytes."""
import numpy as np
from hypothesis import strategies as st

from tests.ops.draw import QUANTS, RNGS, ZERO_POINTS, Case, some_bytes
from tests.oracle import concatenation, pad, reshape, strided_slice, transpose
from tools.tflite_builder import ModelBuilder


@st.composite
def pad_cases(draw):
    shape = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    edges = st.tuples(st.integers(0, 3), st.integers(0, 3))
    paddings = draw(st.lists(edges, min_size=len(shape), max_size=len(shape)))
    value = draw(st.one_of(st.none(), ZERO_POINTS))
    quant_in, quant_out = draw(QUANTS), draw(QUANTS)
    array = some_bytes(draw(RNGS), shape)

    b = ModelBuilder()
    y = b.pad(b.input(shape, *quant_in), paddings, value, out=quant_out)
    expected = pad.pad(array, paddings, quant_out[1] if value is None else value)
    return Case(b.finish([y]), (array,), expected)


@st.composite
def transpose_cases(draw):
    shape = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    perm = draw(st.permutations(range(len(shape))))
    array = some_bytes(draw(RNGS), shape)
    b = ModelBuilder()
    y = b.transpose(b.input(shape, *draw(QUANTS)), perm)
    return Case(b.finish([y]), (array,), transpose.transpose(array, perm))


@st.composite
def reshape_cases(draw):
    """RESHAPE to a shape that is known or computed, EXPAND_DIMS, SQUEEZE."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    array = some_bytes(draw(RNGS), (1, *sizes))
    order, kind = draw(st.permutations(sizes)), draw(st.integers(0, 3))
    b = ModelBuilder()
    x = b.input(array.shape, *draw(QUANTS))
    if kind == 0:
        y = b.dynamic_reshape(x, order)
    elif kind == 1:
        order[draw(st.integers(0, len(order) - 1))] = -1
        y = b.reshape(x, order)
    elif kind == 2:
        place = draw(st.integers(0, len(sizes) + 1))
        y = b.op("EXPAND_DIMS", [x, b.constant(np.int32(place))],
                 np.expand_dims(array, place).shape, x.quant, ("ExpandDimsOptions", {}))
    else:
        y = b.op("SQUEEZE", [x], array.shape[1:], x.quant,
                 ("SqueezeOptions", {"SqueezeDims": np.int32([0])}))
    return Case(b.finish([y]), (array,), reshape.reshape(array, y.shape))


@st.composite
def concatenation_cases(draw):
    rank, rng, quant = draw(st.integers(1, 4)), draw(RNGS), draw(QUANTS)
    shape = [1] * (rank == 4) + [draw(st.integers(1, 9)) for _ in range(min(rank, 3))]
    axis = draw(st.integers(1 if rank == 4 else 0, rank - 1))
    lengths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    arrays = [some_bytes(rng, (*shape[:axis], n, *shape[axis + 1:])) for n in lengths]
    b = ModelBuilder()
    given = [b.input(array.shape, *quant) for array in arrays]
    expected = concatenation.concatenation(arrays, axis)
    y = b.op("CONCATENATION", given, expected.shape, quant,
             ("ConcatenationOptions", {"Axis": draw(st.sampled_from([axis, axis - rank]))}))
    return Case(b.finish([y]), tuple(arrays), expected)


@st.composite
def pack_cases(draw):
    rng, quant, count = draw(RNGS), draw(QUANTS), draw(st.integers(1, 4))
    shape = draw(st.lists(st.integers(1, 9), min_size=1, max_size=2))
    axis = draw(st.integers(0, len(shape)))
    arrays = [some_bytes(rng, shape) for _ in range(count)]
    b = ModelBuilder()
    expected = np.stack(arrays, axis)
    y = b.op("PACK", [b.input(array.shape, *quant) for array in arrays], expected.shape, quant,
             ("PackOptions", {"ValuesCount": count, "Axis": axis}))
    return Case(b.finish([y]), tuple(arrays), expected)


@st.composite
def strided_slice_cases(draw):
    shape = [1, *(draw(st.integers(1, 9)) for _ in range(draw(st.integers(0, 3))))]
    begins, ends, steps, index, shrinks = [], [], [], [], 0
    for axis, size in enumerate(shape):
        begin = draw(st.integers(0, size - 1))
        end = draw(st.integers(begin + 1, size))
        step = draw(st.integers(1, 3)) if axis < len(shape) - 1 else 1
        if draw(st.booleans()) and axis < len(shape) - 1 and draw(st.booleans()):
            shrinks |= 1 << axis
            index.append(begin)
        else:
            index.append(slice(begin, end, step))
        begins.append(begin - size * draw(st.integers(0, 1)))
        ends.append(end if end == size else end - size * draw(st.integers(0, 1)))
        steps.append(step)
    masks = {"ShrinkAxisMask": shrinks, "BeginMask": 0, "EndMask": 0}
    array, quant = some_bytes(draw(RNGS), shape), draw(QUANTS)
    b = ModelBuilder()
    expected = strided_slice.strided_slice(array, tuple(index))
    numbers = [b.constant(np.int32(n)) for n in (begins, ends, steps)]
    y = b.op("STRIDED_SLICE", [b.input(shape, *quant), *numbers], expected.shape, quant,
             ("StridedSliceOptions", masks))
    return Case(b.finish([y]), (array,), expected)


@st.composite
def slice_cases(draw):
    shape = [1, *(draw(st.integers(1, 9)) for _ in range(draw(st.integers(0, 3))))]
    begins = [draw(st.integers(0, size - 1)) for size in shape]
    sizes = [draw(st.integers(1, size - begin)) for size, begin in zip(shape, begins)]
    array, quant = some_bytes(draw(RNGS), shape), draw(QUANTS)
    b = ModelBuilder()
    expected = strided_slice.strided_slice(
        array, tuple(slice(begin, begin + size) for begin, size in zip(begins, sizes)))
    said = [-1 if begin + size == all and draw(st.booleans()) else size
            for begin, size, all in zip(begins, sizes, shape)]
    y = b.op("SLICE", [b.input(shape, *quant), b.constant(np.int32(begins)),
                       b.constant(np.int32(said))], expected.shape, quant)
    return Case(b.finish([y]), (array,), expected)


@st.composite
def split_cases(draw):
    """SPLIT, SPLIT_V or UNPACK, whose parts are then joined in reverse."""
    kind = draw(st.sampled_from(["SPLIT", "SPLIT_V", "UNPACK"]))
    shape = [1, *(draw(st.integers(1, 9)) for _ in range(draw(st.integers(1, 3))))]
    axis = draw(st.integers(1, len(shape) - 1))
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    if kind != "SPLIT_V":
        sizes = [1 if kind == "UNPACK" else sizes[0]] * len(sizes)
    shape[axis] = sum(sizes)
    array, quant = some_bytes(draw(RNGS), shape), draw(QUANTS)
    b = ModelBuilder()
    x, along = b.input(shape, *quant), b.constant(np.int32(axis))
    parts = [(*shape[:axis], n, *shape[axis + 1:]) for n in sizes]
    if kind == "SPLIT":
        made = b.several(kind, [along, x], parts, quant, ("SplitOptions", {"NumSplits": len(sizes)}))
    elif kind == "SPLIT_V":
        made = b.several(kind, [x, b.constant(np.int32(sizes)), along], parts, quant,
                         ("SplitVOptions", {"NumSplits": len(sizes)}))
    else:
        made = b.several(kind, [x], [part[:axis] + part[axis + 1:] for part in parts], quant,
                         ("UnpackOptions", {"Num": len(sizes), "Axis": axis}))
    order = made[::-1]
    pieces = np.split(array, np.cumsum(sizes)[:-1], axis)[::-1]
    if kind == "UNPACK":
        expected = np.stack([piece.squeeze(axis) for piece in pieces], axis)
        y = b.op("PACK", order, expected.shape, quant,
                 ("PackOptions", {"ValuesCount": len(sizes), "Axis": axis}))
    else:
        expected = np.concatenate(pieces, axis)
        y = b.op("CONCATENATION", order, shape, quant, ("ConcatenationOptions", {"Axis": axis}))
    return Case(b.finish([y]), (array,), expected)


@st.composite
def gather_cases(draw):
    """Known indices, of no axis, one, or two."""
    shape = [1, *(draw(st.integers(1, 9)) for _ in range(draw(st.integers(1, 3))))]
    axis = draw(st.integers(1, len(shape) - 1))
    picked = draw(st.sampled_from([(), (1,), (2,), (4,), (2, 3)][:5 if len(shape) < 4 else 4]))
    indices = np.int32(draw(RNGS).integers(0, shape[axis], picked))
    if picked and draw(st.booleans()):
        indices = np.sort(indices)
    array, quant = some_bytes(draw(RNGS), shape), draw(QUANTS)
    expected = np.take(array, indices, axis)
    b = ModelBuilder()
    options = "GatherOptions", {"Axis": axis - len(shape) * draw(st.integers(0, 1))}
    y = b.op("GATHER", [b.input(shape, *quant), b.constant(indices)], expected.shape, quant, options)
    return Case(b.finish([y]), (array,), expected)
