# SPDX-License-Identifier: MIT
"""One-op models by hypothesis: each strategy gives cases of one family.

Shapes and parameters are drawn and so shrink; bytes come from a drawn seed.
"""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

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
    window,
)
from tests.oracle.quant import activation_range, channel_multipliers
from tests.tflite_builder import ModelBuilder

ACTIVATIONS = st.sampled_from(["NONE", "RELU", "RELU6", "RELU_N1_TO_1"])
ZERO_POINTS = st.one_of(st.sampled_from([-128, -1, 0, 127]), st.integers(-128, 127))
SIZES = st.integers(1, 17)
CHANNELS = st.integers(1, 20)
SCALES = st.floats(-10, 4, width=32).map(lambda exponent: float(np.float32(2.0**exponent)))
QUANTS = st.tuples(SCALES, ZERO_POINTS)
RNGS = st.integers(0, 2**32 - 1).map(np.random.default_rng)
PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))
# Real factors of a requantisation, as powers of two. Above 2**30 C has no answer; below 2**-32
# the factor counts as zero.
SANE, WIDE = (-14, -2), (-36, 29.9)


@dataclass(frozen=True)
class Case:
    model: bytes
    inputs: tuple
    expected: np.ndarray


@dataclass(frozen=True)
class Window:
    size: tuple
    kernel: tuple
    stride: tuple
    padding: str
    dilation: tuple


@st.composite
def windows(draw, dilations=st.just((1, 1))):
    size = draw(st.tuples(SIZES, SIZES))
    kernel = draw(st.tuples(st.integers(1, 7), st.integers(1, 7)))
    dilation = draw(dilations)
    fits = all(s <= n for s, n in zip(window.span(kernel, dilation), size, strict=True))
    padding = draw(st.sampled_from(["SAME", "VALID"] if fits else ["SAME"]))
    return Window(size, kernel, draw(PAIRS), padding, dilation)


def some_bytes(rng, shape, low=-128, high=127, dtype=np.int8):
    """Mostly any bytes; sometimes only the two extremes, or one value."""
    kind = rng.integers(6)
    if kind == 0:
        return rng.choice([low, high], shape).astype(dtype)
    if kind == 1:
        low = high = rng.integers(low, high + 1)
    return rng.integers(low, high + 1, shape).astype(dtype)


def some_factors(rng, count, wide=WIDE):
    """Powers of two, whole ones among them, over a sane or a wide range."""
    exponents = rng.uniform(*(SANE if rng.integers(2) else wide), count)
    whole = rng.integers(3, size=count) == 0
    return 2.0 ** np.where(whole, np.trunc(exponents), exponents)


def some_bias(rng, weights, axis):
    """None, small, or large; up to 2**30 where weights are zeroed for it (in place)."""
    count, kind = weights.shape[axis], rng.integers(4)
    if kind == 0:
        return None
    if kind == 3:
        np.moveaxis(weights, axis, 0)[rng.integers(2, size=count) == 0] = 0
    bits = (0, 8, 20, 20)[kind]
    bias = rng.integers(-(2**bits), 2**bits + 1, count)
    zero = ~np.moveaxis(weights, axis, 0).reshape(count, -1).any(axis=1)
    huge = np.clip(bias << 10, -(2**30), 2**30)
    return np.where(zero, huge, bias).astype(np.int32)


def weight_scales(rng, count, in_scale, out_scale, wide=WIDE):
    """Per channel, or one for all, such that the factors are some_factors."""
    count = count if rng.integers(4) else 1
    return np.float32(some_factors(rng, count, wide) * out_scale / in_scale)


def _convolution(draw, weights_shape, axis, channels, op, oracle):
    place = draw(windows(st.one_of(st.just((1, 1)), PAIRS)))
    quant_in, quant_out, rng = draw(QUANTS), draw(QUANTS), draw(RNGS)
    weights = some_bytes(rng, weights_shape(place.kernel), low=-127)
    bias = some_bias(rng, weights, axis)
    scales = weight_scales(rng, weights.shape[axis], quant_in[0], quant_out[0])
    array = some_bytes(rng, (1, *place.size, channels))
    activation = draw(ACTIVATIONS)

    b = ModelBuilder()
    x = b.input(array.shape, *quant_in)
    w = b.constant(weights, scales, axis=axis)
    # The kernels never look at the scale of a bias.
    shape = {"stride": place.stride, "padding": place.padding, "dilation": place.dilation}
    y = op(b, x, w, None if bias is None else b.constant(bias, 1.0), activation=activation,
           out=quant_out, **shape)
    mults, shifts = channel_multipliers(quant_in[0], scales, quant_out[0])
    low, high = activation_range(activation, *quant_out)
    expected = oracle(array, weights, bias, in_zp=quant_in[1], out_zp=quant_out[1], mults=mults,
                      shifts=shifts, act_min=low, act_max=high, **shape)
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
    scales = weight_scales(rng, outputs, quant_in[0], quant_out[0], wide=(WIDE[0], 17))
    weights = some_bytes(rng, (outputs, depth), low=-127 if len(scales) > 1 else -128)
    bias = some_bias(rng, weights, 0)
    array = some_bytes(rng, (*lead, depth))

    b = ModelBuilder()
    x = b.input(array.shape, *quant_in)
    w = b.constant(weights, scales)
    bias_scales = np.float32(quant_in[0]) * scales
    y = b.fully_connected(
        x, w, None if bias is None else b.constant(bias, bias_scales), activation=activation,
        keep_num_dims=draw(st.booleans()), out=quant_out)
    mults, shifts = fully_connected.multipliers(quant_in[0], scales, quant_out[0])
    low, high = activation_range(activation, *quant_out)
    expected = fully_connected.fully_connected(
        array, weights, bias, in_zp=quant_in[1], out_zp=quant_out[1], mults=mults, shifts=shifts,
        act_min=low, act_max=high)
    return Case(b.finish([y]), (array,), expected.reshape(y.shape))


def _pool(draw, op, oracle):
    place, (scale, zero_point), rng = draw(windows()), draw(QUANTS), draw(RNGS)
    activation = draw(ACTIVATIONS)
    array = some_bytes(rng, (1, *place.size, draw(CHANNELS)))
    # A pool does not requantise: the kernel wants equal zero points, and scales within 1e-6.
    quant_out = float(np.float32(scale + draw(st.sampled_from([0, 0, 5e-7])))), zero_point
    shape = {"kernel": place.kernel, "stride": place.stride, "padding": place.padding}

    b = ModelBuilder()
    y = op(b, b.input(array.shape, scale, zero_point), activation=activation, out=quant_out,
           **shape)
    low, high = activation_range(activation, *quant_out)
    return Case(b.finish([y]), (array,), oracle(array, act_min=low, act_max=high, **shape))


@st.composite
def average_pool_cases(draw):
    return _pool(draw, ModelBuilder.average_pool, average_pool.average_pool)


@st.composite
def max_pool_cases(draw):
    return _pool(draw, ModelBuilder.max_pool, max_pool.max_pool)


@st.composite
def mean_cases(draw):
    rank = draw(st.integers(1, 4))
    array = some_bytes(draw(RNGS), draw(st.tuples(*[SIZES] * rank)))
    axes = draw(st.lists(st.integers(-rank, rank - 1), min_size=1, max_size=4))
    keep_dims, quant_in, out_zp = draw(st.booleans()), draw(QUANTS), draw(ZERO_POINTS)
    factor = draw(st.one_of(st.just(1.0), _powers(-4, 4), _powers(*WIDE)))
    quant_out = float(np.float32(quant_in[0] / factor)), out_zp

    b = ModelBuilder()
    y = b.mean(b.input(array.shape, *quant_in), axes, keep_dims=keep_dims, out=quant_out)
    mult, shift = mean.multiplier(quant_in[0], quant_out[0], mean.count_of(array.shape, axes))
    expected = mean.mean(array, axes=axes, keep_dims=keep_dims, in_zp=quant_in[1], out_zp=out_zp,
                         mult=mult, shift=shift)
    return Case(b.finish([y]), (array,), expected)


def _powers(low, high):
    exact = st.integers(int(np.ceil(low)), int(np.floor(high))).map(float)
    return st.one_of(st.floats(low, high), exact).map(lambda exponent: 2.0**exponent)


@st.composite
def add_cases(draw):
    rng, shape = draw(RNGS), draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
    shapes = [tuple(shape), draw(_broadcast_of(shape))]
    if draw(st.booleans()):
        shapes.reverse()
    arrays = [some_bytes(rng, shape) for shape in shapes]
    zero_points = draw(st.tuples(ZERO_POINTS, ZERO_POINTS))
    quant_out, activation = draw(QUANTS), draw(ACTIVATIONS)
    # The kernel stops the process unless the larger scale is below 2**19 output steps.
    larger = quant_out[0] * draw(st.one_of(st.just(1.0), _powers(-3, 3), _powers(-20, 18.9)))
    smaller = larger * draw(st.one_of(st.just(1.0), _powers(-3, 0), _powers(-36, 0)))
    scales = [float(np.float32(scale)) for scale in (larger, smaller)]
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
def _broadcast_of(draw, shape):
    """The same shape, or some of it replaced by ones or left away at the front."""
    if draw(st.booleans()):
        return tuple(shape)
    ones = tuple(draw(st.sampled_from([1, size])) for size in shape)
    return ones[draw(st.integers(0, len(shape) - 1)):]


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
    depth = draw(st.one_of(st.integers(1, 20), st.integers(1, 1000)))
    beta = draw(st.sampled_from([1.0, 0.5, 2.0, 0.1]))
    # The kernel stops the process unless beta * scale is above 2**-26.
    scale = float(np.float32(draw(st.one_of(_powers(-8, 0), _powers(-22, 8)))))
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
    factor = draw(st.one_of(st.just(1.0), _powers(-4, 4), _powers(*WIDE)))
    in_zp, out_zp = (draw(ZERO_POINTS) + (128 if kind == "uint8" else 0) for kind in kinds)
    if draw(st.booleans()) and kinds[0] != kinds[1]:  # only the sign bit changes
        factor, out_zp = 1.0, in_zp + (128 if kinds[0] == "int8" else -128)
    quant_out = float(np.float32(scale / factor)), out_zp
    low = -128 if kinds[0] == "int8" else 0
    array = some_bytes(rng, draw(st.tuples(SIZES, CHANNELS)), low, low + 255, kinds[0])

    b = ModelBuilder()
    y = b.quantize(b.input(array.shape, scale, in_zp, kinds[0]), out=quant_out, dtype=kinds[1])
    mult, shift = quantize.multiplier(scale, quant_out[0])
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
    factor = draw(st.one_of(st.just(1.0), _powers(-4, 4), _powers(*WIDE)))
    quant_out = float(np.float32(quant_in[0] / factor)), out_zp
    array = some_bytes(draw(RNGS), draw(st.tuples(SIZES, CHANNELS)))
    b = ModelBuilder()
    x = b.input(array.shape, *quant_in)
    if draw(st.booleans()):
        expected = relu.relu6(array, in_scale=quant_in[0], in_zp=quant_in[1])
        return Case(b.finish([b.relu6(x, out=quant_out)]), (array,), expected)
    mult, shift = relu.multiplier(quant_in[0], quant_out[0])
    expected = relu.relu(array, in_zp=quant_in[1], out_zp=out_zp, mult=mult, shift=shift)
    return Case(b.finish([b.relu(x, out=quant_out)]), (array,), expected)
