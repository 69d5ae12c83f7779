# SPDX-License-Identifier: MIT
"""Inputs of a Model: any buffer, real numbers, and what is refused."""
from array import array

import numpy as np
import pytest

from tests.small_schedules import (
    INPUT, PIXELS, SCALE, ZERO_POINT, convolutions, echo, packed, wanted)
from tools.tflite_builder import ModelBuilder
from tinyml import Model
from tinyml.inputs import read_item


@pytest.mark.parametrize("kind", [
    bytes, bytearray, lambda raw: memoryview(bytearray(raw)), lambda raw: array("b", raw),
    lambda raw: np.frombuffer(raw, np.int8), lambda raw: np.frombuffer(raw, np.uint8),
    lambda raw: np.frombuffer(raw, np.int8).reshape(1, 28, 28, 1),
    lambda raw: memoryview(b"xyz" + raw)[3:],
], ids=["bytes", "bytearray", "memoryview", "array", "int8", "uint8", "shaped", "unaligned"])
def test_any_buffer_is_an_input(model, kind):
    assert bytes(model.run(kind(INPUT))) == wanted()


def test_an_input_written_in_place_is_an_input(model):
    model.input[:] = INPUT
    assert bytes(model.run()) == wanted()
    assert bytes(model.run(INPUT)) == wanted()


def test_an_output_is_an_input():
    with Model(packed(convolutions())) as model:
        wanted = bytes(range(144))
        for _ in range(4):
            wanted = bytes(model.run(wanted))
        model.run(bytes(range(144)))
        for _ in range(3):
            model.run(model.output)
        assert bytes(model.output) == wanted


@pytest.mark.parametrize("length", [0, 1, PIXELS - 1, PIXELS + 1, 4 * PIXELS])
def test_an_input_of_wrong_length_is_refused(model, length):
    with pytest.raises(ValueError, match=r"^input needs 784 bytes \(1x28x28x1 int8\), got "
                                         f"{length}$"):
        model.run(bytes(length))


@pytest.mark.parametrize("x", ["x" * PIXELS, 7, 1.5, [0] * PIXELS, (0,) * PIXELS, {}, object()],
                         ids=lambda x: type(x).__name__)
def test_an_input_of_wrong_type_is_refused(model, x):
    with pytest.raises(TypeError, match=r"^input must be bytes-like \(bytes, bytearray, "
                                        r"memoryview, array\)$"):
        model.run(x)
    assert bytes(model.run(INPUT)) == wanted()


def test_an_array_with_gaps_is_refused(model):
    with pytest.raises(ValueError, match="not C-contiguous"):
        model.run(np.zeros((PIXELS, 2), np.int8)[:, 0])


def test_a_refused_input_leaves_the_input_as_it_was(model):
    model.input[:] = INPUT
    with pytest.raises(ValueError, match="got 3$"):
        model.run(b"abc")
    assert bytes(model.input) == INPUT


# Real numbers


REALS = np.array([-1e9, -0.075, -0.025, 0, 0.02499, 0.125, 2.2, 1e30], np.float32)


@pytest.mark.parametrize("kind", [
    lambda x: x, lambda x: x.tolist(), lambda x: tuple(x.tolist()), lambda x: array("f", x),
    lambda x: x.tobytes(), lambda x: bytearray(x.tobytes()), lambda x: x.reshape(1, 8),
], ids=["numpy", "list", "tuple", "array", "bytes", "bytearray", "shaped"])
def test_real_numbers_are_quantised_as_the_oracle_does(kind):
    with Model(packed(echo())) as model:
        port = model.ports(0)[0]
        assert bytes(model.run(kind(REALS))) == read_item(REALS, port)
        real = [SCALE * (q - ZERO_POINT) for q in np.frombuffer(model.output, np.int8).tolist()]
        np.testing.assert_allclose(model.values(), real, rtol=1e-6)


def test_every_half_is_rounded_away_from_zero():
    halves = np.arange(-131, 131, 0.5, dtype=np.float32) * SCALE
    with Model(packed(echo((1, len(halves))))) as model:
        assert bytes(model.run(halves)) == read_item(halves, model.ports(0)[0])
        assert bytes(model.run(halves.tolist())) == read_item(halves, model.ports(0)[0])


def test_bytes_of_a_real_input_may_be_quantised_already():
    with Model(packed(echo())) as model:
        assert bytes(model.run(bytes(range(8)))) == bytes(range(8))
        assert bytes(model.run(np.arange(-4, 4, dtype=np.int8))) == np.arange(
            -4, 4, dtype=np.int8).tobytes()


@pytest.mark.parametrize("count", [0, 7, 9, 32])
def test_a_list_of_wrong_length_is_refused(count):
    with Model(packed(echo())) as model:
        with pytest.raises(ValueError, match=f"^input needs 8 numbers, got {count}$"):
            model.run([0.0] * count)


def test_real_bytes_of_wrong_length_are_refused():
    with Model(packed(echo())) as model:
        with pytest.raises(ValueError, match=r"^input needs 32 bytes \(1x8 float32\), got 64$"):
            model.run(np.zeros(8))


@pytest.mark.parametrize("x", ["text", 1.0, None.__class__], ids=["str", "float", "class"])
def test_what_is_no_numbers_is_refused(x):
    with Model(packed(echo())) as model:
        with pytest.raises(TypeError, match="bytes-like .* or a list of numbers$"):
            model.run(x)


def test_real_numbers_go_to_any_input_by_its_port():
    b = ModelBuilder()
    x, y = (b.quantize(b.input((1, 4), dtype="float32"), out=(SCALE, zp)) for zp in (0, 10))
    file = packed(b.finish([b.dequantize(b.add(x, y, out=(SCALE, 0)))]))
    with Model(file) as model:
        for port, numbers in zip(model.ports(0), ([1, 2, 3, 4], [0.5, -1, 0, 1]), strict=True):
            port.quantize_all(numbers)
        model.run()
        assert [round(value, 3) for value in model.values()] == [1.5, 1, 3, 5]


def test_pixels_are_uint8_if_the_model_says_so():
    b = ModelBuilder()
    x = b.quantize(b.input((1, 4), 1.0, 0, "uint8"), out=(1.0, -128))
    file = packed(b.finish([b.quantize(x, out=(1.0, 0), dtype="uint8")]))
    with Model(file) as model:
        assert model.input_dtype == model.output_dtype == ("uint8",)
        assert bytes(model.run(bytes([0, 1, 128, 255]))) == bytes([0, 1, 128, 255])
        assert model.values() == [0, 1, 128, 255]
