# SPDX-License-Identifier: MIT
"""Pools and means."""
import numpy as np
from hypothesis import strategies as st

from tests.ops.draw import (ACTIVATIONS, CHANNELS, FACTORS, QUANTS, RNGS, SIZES, ZERO_POINTS, Case,
                            float32, some_bytes, windows)
from tests.oracle import average_pool, max_pool, mean
from tests.oracle.quant import activation_range
from tools.tflite_builder import ModelBuilder


def _pool(draw, op, oracle):
    place, (scale, zero_point), rng = draw(windows()), draw(QUANTS), draw(RNGS)
    activation = draw(ACTIVATIONS)
    array = some_bytes(rng, (1, *place.size, draw(CHANNELS)))
    # A pool does not requantise: the kernel wants equal zero points, and scales within 1e-6.
    quant_out = float32(scale + draw(st.sampled_from([0, 0, 5e-7]))), zero_point
    shape = {"kernel": place.kernel, "stride": place.stride, "padding": place.padding}

    b = ModelBuilder()
    y = op(b, b.input(array.shape, scale, zero_point), activation=activation, out=quant_out,
           **shape)
    low, high = activation_range(activation, *quant_out)
    return Case(b.finish([y]), (array,), oracle(array, act_min=low, act_max=high, **shape))


def average_pool_cases():
    return st.composite(_pool)(ModelBuilder.average_pool, average_pool.average_pool)


def max_pool_cases():
    return st.composite(_pool)(ModelBuilder.max_pool, max_pool.max_pool)


@st.composite
def mean_cases(draw):
    rank = draw(st.integers(1, 4))
    array = some_bytes(draw(RNGS), draw(st.tuples(*[SIZES] * rank)))
    axes = draw(st.lists(st.integers(-rank, rank - 1), min_size=1, max_size=max(1, rank - 1)))
    keep_dims, quant_in, out_zp = draw(st.booleans()), draw(QUANTS), draw(ZERO_POINTS)
    factor = draw(FACTORS)
    quant_out = float32(quant_in[0] / factor), out_zp

    b = ModelBuilder()
    y = b.mean(b.input(array.shape, *quant_in), axes, keep_dims=keep_dims, out=quant_out)
    mult, shift = mean.multiplier(quant_in[0], quant_out[0], mean.count_of(array.shape, axes))
    expected = mean.mean(array, axes=axes, keep_dims=keep_dims, in_zp=quant_in[1], out_zp=out_zp,
                         mult=mult, shift=shift)
    return Case(b.finish([y]), (array,), expected)


def _reduced(draw, code, oracle):
    rank = draw(st.integers(1, 4))
    shape = [1] * (rank == 4) + [draw(SIZES) for _ in range(min(rank, 3))]
    array, quant = some_bytes(draw(RNGS), shape), draw(QUANTS)
    axes = draw(st.sets(st.integers(0, rank - 1), min_size=1))
    keep_dims = draw(st.booleans())
    expected = oracle(array, tuple(axes), keep_dims)
    b = ModelBuilder()
    numbers = b.constant(np.int32([axis - rank * draw(st.integers(0, 1)) for axis in axes]))
    y = b.op(code, [b.input(shape, *quant), numbers], expected.shape, quant,
             ("ReducerOptions", {"KeepDims": keep_dims}))
    return Case(b.finish([y]), (array,), expected)


def reduce_max_cases():
    return st.composite(_reduced)("REDUCE_MAX", max_pool.reduce_max)


def reduce_min_cases():
    return st.composite(_reduced)("REDUCE_MIN", max_pool.reduce_min)
