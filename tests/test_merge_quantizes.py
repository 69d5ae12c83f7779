# SPDX-License-Identifier: MIT
"""Two quantizes become one where that gives the same bytes, and passes say what they removed."""
import numpy as np
import pytest

from tests.oracle.quant import scale_ratio
from tests.oracle.quantize import quantize
from tests.test_remove_channels import assert_same_bytes, chain
from tools.tflite_builder import ModelBuilder
from tinyml.importers import import_model
from tinyml.model import Model
from tinyml.passes import run_passes
from tinyml.passes.record import removed, short
from tinyml.pipeline import compile_model
from tinyml.schedule import encode

ALL = np.arange(-128, 128).astype(np.int8).reshape(1, 4, 64)
FINE, COARSE, OTHER = (0.05, 3), (0.31, -7), (0.06, 100)


def image():
    b = ModelBuilder()
    return b, b.input(ALL.shape, *FINE)


def quantised(array, old, new, dtype=np.int8):
    mult, shift = scale_ratio(old[0], new[0])
    return quantize(array, in_zp=old[1], out_zp=new[1], mult=mult, shift=shift, dtype=dtype)


def passed(model):
    return run_passes(import_model(model, "m"))


def test_a_chain_becomes_one_table_that_rounds_as_often():
    b, x = image()
    y = b.quantize(x, out=COARSE)
    y = b.quantize(y, out=OTHER, dtype="uint8")
    model = b.finish([b.relu(b.quantize(y, out=FINE), out=COARSE)])
    assert [op.family for op in passed(model).ops] == ["quantize", "relu"]
    assert_same_bytes(model, ALL.shape)
    b, x = image()
    model = b.finish([b.quantize(b.quantize(x, out=COARSE), out=OTHER)])
    wanted = quantised(quantised(ALL, FINE, COARSE), COARSE, OTHER)
    with Model(encode(compile_model(model, "m").schedule)) as opened:
        assert bytes(opened.run(ALL.tobytes())) == wanted.tobytes()


@pytest.mark.parametrize("middle, dtype, left", [
    ((0.05, 131), "uint8", ["relu"]),
    ((0.05, 4), "int8", ["quantize", "relu"]),      # one byte of 256 saturates
    (COARSE, "int8", ["quantize", "relu"])])
def test_there_and_back_is_dropped_where_nothing_is_lost(middle, dtype, left):
    b, x = image()
    y = b.quantize(b.quantize(x, out=middle, dtype=dtype), out=FINE)
    model = b.finish([b.relu(y, out=COARSE)])
    assert [op.family for op in passed(model).ops] == left
    assert_same_bytes(model, ALL.shape)


def test_two_alike_become_one_unless_one_is_an_output():
    b, x = image()
    one, two = (b.quantize(x, out=COARSE) for _ in range(2))
    both = b.add(one, b.relu(two, out=OTHER), out=FINE)
    model = b.finish([both])
    assert [op.family for op in passed(model).ops] == ["quantize", "relu", "add"]
    assert_same_bytes(model, ALL.shape)
    model = b.finish([both, one, two])
    assert len(passed(model).ops) == 4
    assert_same_bytes(model, ALL.shape)


def test_an_output_between_two_keeps_its_bytes():
    b, x = image()
    one = b.quantize(x, out=COARSE)
    model = b.finish([b.quantize(one, out=OTHER), one])
    assert_same_bytes(model, ALL.shape)


def test_an_identity_at_the_end_goes():
    b, x = image()
    model = b.finish([b.quantize(b.relu(x, out=COARSE), out=COARSE)])
    assert [op.family for op in passed(model).ops] == ["relu"]
    assert_same_bytes(model, ALL.shape)


def test_the_record_names_what_does_less_and_counts_what_is_gone():
    before = import_model(chain((1, 2, 0, 6), (3, 0, 0, None), (1, 0, 0, 4)), "m")
    assert removed(before, run_passes(before)) == (
        "op 0, conv2d: 2 of 6 channels and 150 of 450 products removed",
        "op 1, depthwise_conv2d: 2 of 6 channels and 450 of 1.35 k products removed",
        "op 2, conv2d: 200 of 600 products removed")
    b, x = image()
    before = import_model(b.finish([b.quantize(b.relu(x, out=COARSE), out=COARSE)]), "m")
    assert removed(before, run_passes(before)) == ("1 quantize folded or unread",)
    assert removed(before, before) == ()


@pytest.mark.parametrize("number, words", [
    (0, "0"), (999, "999"), (1000, "1 k"), (62_720, "62.7 k"), (999_499, "999 k"),
    (999_500, "1 M"), (3_733_073, "3.73 M"), (300_774_272, "301 M"), (1_234_567_890, "1235 M")])
def test_numbers_are_short(number, words):
    assert short(number) == words
