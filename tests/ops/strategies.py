# SPDX-License-Identifier: MIT
"""One-op models by hypothesis: each strategy gives cases of one family.

Where the other implementation of tests/test_oracle.py refuses a model, or ends the process, the
strategy keeps clear of it and says so.
"""

import numpy as np
from hypothesis import strategies as st

from tests.ops.draw import (
    ACTIVATIONS,
    CHANNELS,
    FACTORS,
    PAIRS,
    QUANTS,
    RNGS,
    SCALES,
    SIZES,
    WIDE,
    ZERO_POINTS,
    Case,
    broadcast_of,
    float32,
    powers,
    some_bytes,
    some_filters,
    windows,
)
from tests.oracle import (
    add,
    average_pool,
    conv2d,
    depthwise_conv2d,
    fully_connected,
    max_pool,
    mean,
    pad,
    quantize,
    relu,
    reshape,
    softmax,
    transpose,
)
from tests.oracle.quant import activation_range, channel_multipliers, scale_ratio
from tools.tflite_builder import ModelBuilder


def _convolution(draw, weights_shape, axis, channels, op, oracle):
    place = draw(windows(st.one_of(st.just((1, 1)), PAIRS)))
    quant_in, quant_out, rng = draw(QUANTS), draw(QUANTS), draw(RNGS)
    filters = some_filters(rng, weights_shape(place.kernel), axis, quant_in[0], quant_out[0])
    array = some_bytes(rng, (1, *place.size, channels))
    activation = draw(ACTIVATIONS)

    b = ModelBuilder()
    x = b.input(array.shape, *quant_in)
    w = b.constant(filters.weights, filters.scales, axis=axis)
    # The kernels never look at the scale of a bias.
    bias = None if filters.bias is None else b.constant(filters.bias, 1.0)
    shape = {"stride": place.stride, "padding": place.padding, "dilation": place.dilation}
    y = op(b, x, w, bias, activation=activation, out=quant_out, **shape)
    mults, shifts = channel_multipliers(quant_in[0], filters.scales, quant_out[0])
    low, high = activation_range(activation, *quant_out)
    expected = oracle(
        array, filters.weights, filters.bias, in_zp=quant_in[1], out_zp=quant_out[1],
        mults=mults, shifts=shifts, act_min=low, act_max=high, **shape)
    return Case(b.finish([y]), (array,), expected)


@st.composite
def conv2d_cases(draw):
    channels, outputs = draw(CHANNELS), draw(CHANNELS)
    return _convolution(draw, lambda kernel: (outputs, *kernel, channels), 0, channels,
                        ModelBuilder.conv2d, conv2d.conv2d)


@st.composite
def depthwise_conv2d_cases(draw):
    channels, multiplier = draw(CHANNELS), draw(st.integers(1, 3))
    return _convolution(draw, lambda kernel: (1, *kernel, channels * multiplier), 3, channels,
                        ModelBuilder.depthwise_conv2d, depthwise_conv2d.depthwise_conv2d)


@st.composite
def fully_connected_cases(draw):
    depth, outputs, rng = draw(st.integers(1, 80)), draw(CHANNELS), draw(RNGS)
    lead = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    quant_in, quant_out, activation = draw(QUANTS), draw(QUANTS), draw(ACTIVATIONS)
    # With one scale the kernel wants that of the bias within 2 % of an output step; rounding to
    # float32 alone breaks that from a factor of about 2**18 on.
    filters = some_filters(rng, (outputs, depth), 0, quant_in[0], quant_out[0],
                           low=draw(st.sampled_from([-128, -127])), widest=(WIDE[0], 17))
    array = some_bytes(rng, (*lead, depth))

    b = ModelBuilder()
    x = b.input(array.shape, *quant_in)
    w = b.constant(filters.weights, filters.scales)
    bias_scales = np.float32(quant_in[0]) * filters.scales
    bias = None if filters.bias is None else b.constant(filters.bias, bias_scales)
    y = b.fully_connected(x, w, bias, activation=activation, out=quant_out,
                          keep_num_dims=draw(st.booleans()))
    mults, shifts = channel_multipliers(quant_in[0], filters.scales, quant_out[0])
    low, high = activation_range(activation, *quant_out)
    expected = fully_connected.fully_connected(
        array, filters.weights, filters.bias, in_zp=quant_in[1], out_zp=quant_out[1],
        mults=mults, shifts=shifts, act_min=low, act_max=high)
    return Case(b.finish([y]), (array,), expected.reshape(y.shape))


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


@st.composite
def add_cases(draw):
    rng, shape = draw(RNGS), draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    shapes = [tuple(shape), draw(broadcast_of(shape))]
    if draw(st.booleans()):
        shapes.reverse()
    arrays = [some_bytes(rng, shape) for shape in shapes]
    zero_points = draw(st.tuples(ZERO_POINTS, ZERO_POINTS))
    quant_out, activation = draw(QUANTS), draw(ACTIVATIONS)
    # The kernel stops the process unless the larger scale is below 2**19 output steps.
    larger = quant_out[0] * draw(st.one_of(powers(-3, 1), powers(-3, 1), powers(-20, 18.9)))
    smaller = larger * draw(st.one_of(st.just(1.0), powers(-3, 0), powers(-36, 0)))
    scales = [float32(larger), float32(smaller)]
    if draw(st.booleans()):
        scales.reverse()

    b = ModelBuilder()
    constant = draw(st.booleans())  # the second input, as a bias of its own is
    first = b.input(shapes[0], scales[0], zero_points[0])
    if constant:
        second = b.constant(arrays[1], scales[1], [zero_points[1]])
    else:
        second = b.input(shapes[1], scales[1], zero_points[1])
    y = b.add(first, second, activation=activation, out=quant_out)
    factors = add.multipliers(*scales, quant_out[0])
    low, high = activation_range(activation, *quant_out)
    expected = add.add(
        *arrays, zp_1=zero_points[0], zp_2=zero_points[1], out_zp=quant_out[1],
        factor_1=factors[0], factor_2=factors[1], factor_out=factors[2], act_min=low,
        act_max=high)
    return Case(b.finish([y]), tuple(arrays[:1] if constant else arrays), expected)


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
def softmax_cases(draw):
    lead = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    # The kernel stops the process on a sum of 512 or more.
    depth = draw(st.one_of(st.integers(1, 20), st.integers(1, 511)))
    beta = draw(st.sampled_from([1.0, 0.5, 2.0, 0.1]))
    # The kernel stops the process unless beta * scale is above 2**-26.
    scale = float32(draw(st.one_of(powers(-8, -1), powers(-8, -1), powers(-22, 8))))
    array = some_bytes(draw(RNGS), (*lead, depth))

    b = ModelBuilder()
    y = b.softmax(b.input(array.shape, scale, draw(ZERO_POINTS)), beta=beta)
    mult, shift, diff_min = softmax.constants(beta, scale)
    expected = softmax.softmax(array, mult=mult, shift=shift, diff_min=diff_min)
    return Case(b.finish([y]), (array,), expected)


@st.composite
def quantize_cases(draw):
    # The kernel has no uint8 to uint8.
    kinds = draw(st.sampled_from([("int8", "int8"), ("uint8", "int8"), ("int8", "uint8")]))
    scale, rng = draw(SCALES), draw(RNGS)
    factor = draw(FACTORS)
    in_zp, out_zp = (draw(ZERO_POINTS) + (128 if kind == "uint8" else 0) for kind in kinds)
    if draw(st.booleans()) and kinds[0] != kinds[1]:  # only the sign bit changes
        factor, out_zp = 1.0, in_zp + (128 if kinds[0] == "int8" else -128)
    quant_out = float32(scale / factor), out_zp
    low = -128 if kinds[0] == "int8" else 0
    array = some_bytes(rng, draw(st.tuples(SIZES, CHANNELS)), low, low + 255, kinds[0])

    b = ModelBuilder()
    y = b.quantize(b.input(array.shape, scale, in_zp, kinds[0]), out=quant_out, dtype=kinds[1])
    mult, shift = scale_ratio(scale, quant_out[0])
    expected = quantize.quantize(array, in_zp=in_zp, out_zp=out_zp, mult=mult, shift=shift,
                                 dtype=np.dtype(kinds[1]))
    return Case(b.finish([y]), (array,), expected)


@st.composite
def quantize_float_cases(draw):
    scale, zero_point = draw(QUANTS)
    rng, shape = draw(RNGS), draw(st.tuples(SIZES, CHANNELS))
    steps = rng.uniform(-300, 300, shape)
    halves = np.trunc(steps) + 0.5  # ties
    array = np.float32(np.where(rng.integers(2, size=shape), steps, halves) * scale)

    b = ModelBuilder()
    y = b.quantize(b.input(shape, dtype="float32"), out=(scale, zero_point))
    return Case(b.finish([y]), (array,), quantize.quantize_float(array, scale, zero_point))


@st.composite
def dequantize_cases(draw):
    scale, zero_point = draw(QUANTS)
    low = draw(st.sampled_from([-128, 0]))
    dtype = "uint8" if low == 0 else "int8"
    array = some_bytes(draw(RNGS), draw(st.tuples(SIZES, CHANNELS)), low, low + 255, dtype)
    zero_point += low + 128

    b = ModelBuilder()
    y = b.dequantize(b.input(array.shape, scale, zero_point, dtype))
    return Case(b.finish([y]), (array,), quantize.dequantize(array, scale, zero_point))


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
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    array = some_bytes(draw(RNGS), (1, *sizes))
    order = draw(st.permutations(sizes))
    b = ModelBuilder()
    x = b.input(array.shape, *draw(QUANTS))
    if draw(st.booleans()):
        y = b.dynamic_reshape(x, order)
        return Case(b.finish([y]), (array,), reshape.reshape(array, (1, *order)))
    order[draw(st.integers(0, len(order) - 1))] = -1
    return Case(b.finish([b.reshape(x, order)]), (array,), reshape.reshape(array, order))


@st.composite
def relu_cases(draw):
    quant_in, out_zp = draw(QUANTS), draw(ZERO_POINTS)
    factor = draw(FACTORS)
    quant_out = float32(quant_in[0] / factor), out_zp
    array = some_bytes(draw(RNGS), draw(st.tuples(SIZES, CHANNELS)))
    b = ModelBuilder()
    x = b.input(array.shape, *quant_in)
    if draw(st.booleans()):
        expected = relu.relu6(array, in_scale=quant_in[0], in_zp=quant_in[1])
        return Case(b.finish([b.relu6(x, out=quant_out)]), (array,), expected)
    mult, shift = scale_ratio(quant_in[0], quant_out[0])
    expected = relu.relu(array, in_zp=quant_in[1], out_zp=out_zp, mult=mult, shift=shift)
    return Case(b.finish([b.relu(x, out=quant_out)]), (array,), expected)
