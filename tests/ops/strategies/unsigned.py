# SPDX-License-Identifier: MIT
"""Models of uint8, whose weights have a zero point. Micro has no kernels for them any more, so
TensorFlow Lite's reference kernels are the other implementation."""
from functools import partial

import numpy as np
from hypothesis import strategies as st

from tests.ops.draw import (ACTIVATIONS, CHANNELS, PAIRS, QUANTS, RNGS, SCALES, ZERO_POINTS,
                            Case, float32, powers, some_bias, some_bytes, windows)
from tests.ops.unsigned import as_unsigned
from tests.oracle import (average_pool, conv2d, depthwise_conv2d, fully_connected, transpose_conv,
                          unary)
from tests.oracle.quant import activation_range, quantize_multiplier
from tools.tflite_builder import ModelBuilder

FACTORS = st.one_of(powers(-11, -5), powers(-11, -5), powers(-11, -5), powers(-36, 17))


def _sums(draw, shape, weights_shape, op, oracle, axis=0):
    """Any op that sums up products, of one scale of weights. `op` builds it on its tensors."""
    quant_in, quant_out, rng = draw(QUANTS), draw(QUANTS), draw(RNGS)
    scale = float32(draw(FACTORS) * quant_out[0] / quant_in[0])
    product = float(np.float32(quant_in[0]) * np.float32(scale))
    zero_point, activation = draw(ZERO_POINTS), draw(ACTIVATIONS)
    centred = some_bytes(rng, weights_shape).astype(np.int16) - np.int16(zero_point)
    filters = np.moveaxis(centred, axis, 0)     # a view: some_bias may change it
    bias = some_bias(rng, filters, np.full(len(filters), max(product / quant_out[0], 2.0**-32)),
                     filters[0].size)
    bias = np.zeros(len(filters), np.int32) if bias is None else bias   # it may not be left out
    array = some_bytes(rng, shape)

    b = ModelBuilder()
    x = b.input(shape, *quant_in)
    w = b.constant((centred + zero_point).astype(np.int8), scale, [zero_point])
    y = op(b, x, w, b.constant(bias, product), activation=activation, out=quant_out)
    mult, shift = quantize_multiplier(product / float(np.float32(quant_out[0])))
    low, high = activation_range(activation, *quant_out)
    expected = oracle(array, centred, bias, in_zp=quant_in[1], out_zp=quant_out[1], mults=mult,
                      shifts=shift, act_min=low, act_max=high)
    return as_unsigned(Case(b.finish([y]), (array,), expected.reshape(y.shape)))


def _slid(draw, weights_shape, channels, op, oracle, axis=0):
    place = draw(windows(st.one_of(st.just((1, 1)), PAIRS)))
    given = {"stride": place.stride, "padding": place.padding, "dilation": place.dilation}
    return _sums(draw, (1, *place.size, channels), weights_shape(place.kernel),
                 partial(op, **given), partial(oracle, **given), axis)


@st.composite
def unsigned_conv2d_cases(draw):
    channels, outputs = draw(CHANNELS), draw(CHANNELS)
    return _slid(draw, lambda kernel: (outputs, *kernel, channels), channels, ModelBuilder.conv2d,
                 conv2d.conv2d)


@st.composite
def unsigned_depthwise_conv2d_cases(draw):
    channels, multiplier = draw(CHANNELS), draw(st.integers(1, 3))
    return _slid(draw, lambda kernel: (1, *kernel, channels * multiplier), channels,
                 ModelBuilder.depthwise_conv2d, depthwise_conv2d.depthwise_conv2d, axis=3)


@st.composite
def unsigned_fully_connected_cases(draw):
    depth, rows = draw(st.integers(1, 80)), draw(st.integers(1, 5))
    return _sums(draw, (rows, depth), (draw(CHANNELS), depth), ModelBuilder.fully_connected,
                 fully_connected.fully_connected)


@st.composite
def unsigned_transpose_conv_cases(draw):
    size, kernel, stride = draw(PAIRS), draw(PAIRS), draw(PAIRS)
    channels, big = draw(CHANNELS), tuple(n * s for n, s in zip(size, stride))

    def op(b, x, w, bias, **more):
        return b.transpose_conv(x, w, bias, big, stride=stride, padding="SAME", **more)

    def oracle(x, w, bias, **more):
        return transpose_conv.transpose_conv(x, w, bias, big, stride=stride, padding="SAME", **more)
    return _sums(draw, (1, *size, channels), (draw(CHANNELS), *kernel, channels), op, oracle)


@st.composite
def unsigned_average_pool_cases(draw):
    """Halves go up, away from what was 0."""
    place, quant, activation = draw(windows()), draw(QUANTS), draw(ACTIVATIONS)
    array = some_bytes(draw(RNGS), (1, *place.size, draw(CHANNELS)))
    given = {"kernel": place.kernel, "stride": place.stride, "padding": place.padding}
    b = ModelBuilder()
    y = b.average_pool(b.input(array.shape, *quant), activation=activation, **given)
    low, high = activation_range(activation, *quant)
    expected = average_pool.average_pool(array, act_min=low, act_max=high, origin=-128, **given)
    return as_unsigned(Case(b.finish([y]), (array,), expected))


@st.composite
def unsigned_sigmoid_cases(draw):
    """LOGISTIC and TANH of all bytes."""
    scale, zero_point = draw(SCALES), draw(ZERO_POINTS)
    code, out, curve = draw(st.sampled_from([
        ("LOGISTIC", (1 / 256, -128), lambda x: 1 / (1 + np.exp(-x))),
        ("TANH", (1 / 128, 0), np.tanh)]))
    every = np.arange(-128, 128, dtype=np.int8).reshape(1, 4, 8, 8)
    b = ModelBuilder()
    y = b.op(code, [b.input(every.shape, scale, zero_point)], every.shape, out)
    with np.errstate(over="ignore"):
        expected = unary.in_reals(every, scale, zero_point, out, curve)
    return as_unsigned(Case(b.finish([y]), (every,), expected))
