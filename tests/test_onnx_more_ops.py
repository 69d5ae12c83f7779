# SPDX-License-Identifier: MIT
"""More random quantised ONNX models of one operator, beside another implementation: curves, largest
and smallest numbers, slopes, channels in another order."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("onnxruntime")
from tests.onnx_builder import Builder, Scale  # noqa: E402  only where it is installed
from tests.test_onnx_ops import (CHANNELS, RNGS, SIZES, agree, finish, scales,  # noqa: E402
                                 thorough)

CURVES = ("Erf", "HardSigmoid", "Softplus", "Exp", "Celu", "Selu", "Gelu", "Mish", "Neg", "Round",
          "ThresholdedRelu", "Softsign", "Elu")


def image(data) -> tuple[int, ...]:
    return 1, data.draw(CHANNELS), data.draw(SIZES), data.draw(SIZES)


def real(b: Builder, *values) -> str:
    return b.constant(np.float32(values if len(values) > 1 else values[0]))


@thorough
@given(st.data(), RNGS, scales(), scales())
def test_curves(data, rng, given_scale, scale):
    b, kind = Builder(20), data.draw(st.sampled_from(CURVES))
    x = b.quantised_input(image(data), given_scale)
    attributes = {"alpha": data.draw(st.floats(0.1, 2))} if kind in (
        "HardSigmoid", "Celu", "Elu", "ThresholdedRelu") else {}
    agree(finish(b, b.node(kind, x, **attributes), scale), rng)


@thorough
@given(st.data(), RNGS, scales(), scales(), st.tuples(st.floats(-4, 4), st.floats(0, 5)))
def test_clip_to_any_bounds(data, rng, given_scale, scale, ends):
    b = Builder()
    x = b.quantised_input(image(data), given_scale)
    bounds = real(b, ends[0]), real(b, sum(ends))
    low, high = data.draw(st.sampled_from([bounds, (bounds[0], ""), ("", bounds[1])]))
    agree(finish(b, b.node("Clip", x, low, high), scale), rng)


@thorough
@given(st.data(), RNGS, scales(), scales(), scales())
def test_the_larger_and_the_smaller(data, rng, first, second, scale):
    """Of two tensors, of one and a number, of one and a number for each channel."""
    b, shape = Builder(), image(data)
    kind, other = data.draw(st.sampled_from(["Max", "Min"])), data.draw(st.integers(0, 2))
    operands = [b.quantised_input(shape, first)]
    operands.append([lambda: b.quantised_input(shape, second),
                     lambda: real(b, float(rng.normal())),
                     lambda: b.constant(rng.normal(0, 1, (shape[1], 1, 1)).astype(np.float32))][
                         other]())
    agree(finish(b, b.node(kind, *data.draw(st.permutations(operands))), scale), rng)


@thorough
@given(st.data(), RNGS, scales(), scales())
def test_prelu(data, rng, given_scale, scale):
    b, shape = Builder(), image(data)
    x = b.quantised_input(shape, given_scale)
    channels = data.draw(st.sampled_from([1, shape[1]]))
    slopes = b.weights(rng.integers(-100, 101, (channels, 1, 1)).astype(np.int8), 0.01)
    agree(finish(b, b.node("PRelu", x, slopes), scale), rng)


@thorough
@given(st.data(), RNGS, scales(), scales())
def test_extremes_over_axes(data, rng, given_scale, scale):
    """All numbers of the wanted axes: over pixels, channels, everything."""
    b = Builder(data.draw(st.sampled_from([13, 18])))
    x = b.quantised_input(image(data), given_scale)
    kind = data.draw(st.sampled_from(["ReduceMax", "ReduceMin"]))
    axes = data.draw(st.sampled_from([[2, 3], [1], [-1], [1, 2, 3], [2], [3, 1]]))
    given = ([b.constant(np.int64(axes))], {}) if b.opset > 13 else ([], {"axes": axes})
    y = b.node(kind, x, *given[0], keepdims=data.draw(st.integers(0, 1)), **given[1])
    agree(finish(b, y, data.draw(st.sampled_from([given_scale, scale]))), rng, transposes=1)


@thorough
@given(st.data(), RNGS, scales())
def test_channels_become_pixels_in_both_orders(data, rng, scale):
    b, (_, channels, *size) = Builder(), image(data)
    x = b.quantised_input((1, 4 * channels, *size), scale)
    y = b.node("DepthToSpace", x, blocksize=2, mode=data.draw(st.sampled_from(["DCR", "CRD"])))
    agree(finish(b, y, scale), rng, transposes=2)


@thorough
@given(st.data(), RNGS, scales())
def test_channels_are_gathered_in_any_order(data, rng, scale):
    b, shape = Builder(), image(data)
    axis = data.draw(st.integers(1, 3))
    places = data.draw(st.lists(st.integers(-shape[axis], shape[axis] - 1), min_size=1, max_size=6))
    y = b.node("Gather", b.quantised_input(shape, scale), b.constant(np.int64(places)), axis=axis)
    once = len({place % shape[axis] for place in places}) == len(places)
    agree(finish(b, y, scale), rng, transposes=2 if once else len(places))


def test_a_gate_between_two_roundings_is_one_table():
    """As in a model whose activations were quantised behind silu alone."""
    b, scale = Builder(), Scale(0.1, 5)
    x = b.quantised_input((1, 4, 8, 8), scale)
    agree(finish(b, b.node("Mul", x, b.node("Sigmoid", x)), Scale(0.05, -100)),
          np.random.default_rng(1))
