# SPDX-License-Identifier: MIT
"""What a model file may hold: what is unsupported is named at once, and no file ends in a bug."""
import re

import numpy as np
import pytest
import tflite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.make_corpus import bias, families, weights
from tools.tflite_builder import ModelBuilder
from tinyml.errors import FitError, ModelError, UnsupportedError
from tinyml.pipeline import compile_model
from tinyml.schedule import Schedule, encode

Q = (0.05, 3)
OTHER = (0.07, -9)
MODELS = {name: builder.finish([output]) for name, builder, output in families()}
quick = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


def image(dtype="int8", shape=(1, 5, 4, 3), quant=Q):
    """A builder and its input."""
    b = ModelBuilder()
    return b, b.input(shape, *(quant or (None,)), dtype=dtype, name="image")


def problems(b, output):
    with pytest.raises(UnsupportedError) as caught:
        compile_model(b.finish([output]), "m")
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def refusal(model, name="m"):
    """The one line with which a file is refused."""
    with pytest.raises(ModelError) as caught:
        compile_model(model, name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_each_family_compiles(name):
    assert compile_model(MODELS[name], name).schedule.arena_bytes


def test_all_that_is_unsupported_is_listed_at_once():
    b, x = image()
    curved = b.conv2d(x, weights(b, (3, 3, 3, 3)), bias(b, 3), activation="TANH", out=OTHER,
                       name="block/curved;history")
    wave = b.op("COS", [curved], curved.shape, Q, name="gate")
    island = b.dequantize(wave, name="as_float")
    root = b.op("SQRT", [island], island.shape, None, dtype="float32", name="root")
    back = b.quantize(root, out=Q, name="as_int8")
    found = problems(b, b.custom("Magic", [back], back.shape, Q, name="spell"))
    expected = (
        ("conv2d `block/curved`: fused tanh;", "none, relu, relu6", "#conv2d"),
        ("COS `gate`: this operator is not supported;", "docs/OPS.md", "#unsupported"),
        ("quantize `as_float`: `as_float` is float32;", "only as its input or output", "#quantize"),
        ("SQRT `root`: this operator is not supported;", "docs/OPS.md", "#unsupported"),
        ("quantize `as_int8`: `root` is float32;", "only as its input or output", "#quantize"),
        ("Magic `spell`: this operator is not supported;", "docs/OPS.md", "#unsupported"))
    assert len(found) == len(expected)
    for line, words in zip(found, expected):
        assert all(word in line for word in words), line


def test_every_line_names_the_op_what_was_found_and_what_is_allowed():
    b, x = image()
    y = b.conv2d(x, weights(b, (4, 2, 2, 3)), dilation=(2, 1), activation="TANH", out=OTHER)
    y = b.max_pool(y, kernel=(2, 2), stride=(1, 1), out=Q)
    for line in problems(b, b.softmax(y, out=Q)):
        assert re.fullmatch(r"\w+ `\w+`: .+; .+ \(docs/OPS\.md#\w+\)", line), line


def test_a_float_model_is_refused_as_such():
    b, x = image("float32", quant=None)
    w = b.constant(np.ones((4, 3, 3, 3), np.float32))
    lines = problems(b, b.op("CONV_2D", [x, w], (1, 5, 4, 4), None,
                             ("Conv2DOptions", {"StrideH": 1, "StrideW": 1}), dtype="float32"))
    assert lines[0] == ("`m` computes in float32: quantise it with `tinyml quantize MODEL --data FOLDER`, "
                        "or where it was trained")


FLOAT_OPS = {
    "softmax": ("SOFTMAX", 1, (1, 4, 4, 3), ("SoftmaxOptions", {"Beta": 1.0})),
    "add": ("ADD", 2, (1, 4, 4, 3), ("AddOptions", {})),
    "average_pool": ("AVERAGE_POOL_2D", 1, (1, 2, 2, 3), ("Pool2DOptions", {
        "StrideH": 2, "StrideW": 2, "FilterHeight": 2, "FilterWidth": 2})),
    "relu": ("RELU", 1, (1, 4, 4, 3), ())}


@pytest.mark.parametrize("dtype", ["float32", "int8"])
@pytest.mark.parametrize("name", FLOAT_OPS)
def test_an_op_without_scales_is_refused(name, dtype):
    kind, count, shape, options = FLOAT_OPS[name]
    b = ModelBuilder()
    inputs = [b.input((1, 4, 4, 3), dtype=dtype) for _ in range(count)]
    line, *_ = problems(b, b.op(kind, inputs, shape, None, options, dtype=dtype))
    assert line.startswith(f"{name} `") and "activations must be int8" in line


def test_an_op_on_a_constant_is_refused():
    b = ModelBuilder()
    b.input((1, 4), 0.1)
    constant = b.constant(np.ones((1, 4), np.int8), 0.1, name="ones")
    assert "`ones` is a constant" in problems(b, b.relu(constant, out=OTHER))[0]


def test_a_constant_output_is_refused():
    b = ModelBuilder()
    b.input((1, 4), 0.1)
    assert "written before it is read" in refusal(b.finish([b.constant(np.ones(4, np.int8), 0.1)]))


def test_an_arena_beyond_any_board_is_refused_at_once():
    b, x = image(shape=(1, 60000, 60000, 9))
    model = b.finish([b.relu(x, out=OTHER)])
    with pytest.raises(FitError, match="arena"):
        compile_model(model, "m")


def test_a_large_arena_is_checked_like_any_other():
    b, x = image(shape=(1, 1000, 1000, 8))
    model = b.finish([b.relu(x, out=OTHER)])
    assert compile_model(model, "m").schedule.arena_bytes == 8_000_016


def test_an_int16_model_is_refused_as_such():
    b, x = image("int16")
    lines = problems(b, b.op("SOFTMAX", [x], x.shape, (1 / 32768, 0), ("SoftmaxOptions", {}),
                             dtype="int16"))
    assert "`image` is int16; activations must be int8" in lines[0]


@pytest.mark.parametrize("batch", [2, -1])
def test_a_batch_other_than_one_is_refused(batch):
    b, x = image(shape=(batch, 5, 4, 3))
    lines = problems(b, b.op("RELU", [x], x.shape, OTHER))
    assert any(f"shape {batch}x5x4x3; the batch must be 1" in line for line in lines)


def test_a_batch_is_refused_also_where_no_op_is_left():
    b, x = image(shape=(2, 5, 4, 3))
    assert "the batch must be 1" in problems(b, b.transpose(x, (0, 2, 3, 1)))[0]


def test_a_dynamic_reshape_folds_away():
    b, x = image()
    y = b.softmax(b.dynamic_reshape(b.quantize(x, out=OTHER), (60,)))
    steps = [name for name, _ in compile_model(b.finish([y]), "m").schedule.steps]
    assert steps == ["lookup", "softmax"]


def test_an_empty_axis_is_refused():
    b, x = image(shape=(1, 5, 0, 3))
    assert "an empty one" in problems(b, b.op("RELU", [x], x.shape, OTHER))[0]


def test_a_zero_point_that_is_no_byte_is_refused():
    b, x = image()
    assert "has zero point 128" in problems(b, b.op("RELU", [x], x.shape, (0.1, 128)))[0]


@pytest.mark.parametrize("name", ["SpaceToDepth", "DepthToSpace"])
def test_squares_of_no_pixels_are_refused(name):
    b, x = image(shape=(1, 4, 4, 4))
    code = {"SpaceToDepth": "SPACE_TO_DEPTH", "DepthToSpace": "DEPTH_TO_SPACE"}[name]
    made = b.op(code, [x], x.shape, OTHER, (f"{name}Options", {"BlockSize": 0}))
    assert " by 0" in problems(b, made)[0]


def test_a_subgraph_that_calls_itself_is_refused():
    b, x = image()
    calls = b.op("CALL_ONCE", [x], x.shape, OTHER, ("CallOnceOptions", {"InitSubgraphIndex": 0}))
    assert "computes the first value of a variable" in refusal(b.finish([calls]), "m")


def test_weights_with_a_zero_point_are_refused():
    b, x = image()
    w = b.constant(np.ones((4, 1, 1, 3), np.int8), 0.1, 5)
    assert "have zero point 5" in problems(b, b.conv2d(x, w, out=OTHER))[0]


@pytest.mark.parametrize("model, words", [
    (b"", "the file is empty"),
    (b"PK\x03\x04" + bytes(99), "zip archive"),
    (b"\x89HDF\r\n\x1a\n" + bytes(99), "Keras .h5"),
    (b"not a model at all", "should be TFL3"),
    (b"TFL3", "should be TFL3"),
    (bytes(2000), "should be TFL3"),
    (encode(Schedule("x", 0, 0, (), (), (), b"")), "a packed schedule already, run it with"),
], ids=["empty", "zip", "h5", "text", "short", "zeros", "tml"])
def test_a_wrong_file_gets_one_clear_line(model, words):
    told = refusal(model, "net")
    assert told.startswith("`net` is not a .tflite or .onnx model: ") and words in told


def test_another_schema_is_refused():
    model = bytearray(MODELS["pad"])
    table = tflite.Model.GetRootAsModel(model, 0)._tab
    at = table.Pos + table.Offset(4)
    assert model[at] == 3
    model[at] = 4
    assert "schema 4, only 3 is known" in refusal(bytes(model))


@pytest.mark.parametrize("name", ["conv2d", "mean"])
def test_a_file_cut_short_is_refused_or_compiles(name):
    for length in range(0, len(MODELS[name]), 7):
        try:
            compile_model(MODELS[name][:length], name)
        except ModelError:
            pass


@st.composite
def damaged_models(draw):
    model = bytearray(MODELS[draw(st.sampled_from(sorted(MODELS)))])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(model) - 1))
        model[at] = draw(st.sampled_from([0, 1, 2, 4, 127, 128, 254, 255]) | st.integers(0, 255))
    model[4:8] = b"TFL3"
    return bytes(model)


@quick
@given(damaged_models())
def test_a_damaged_file_is_refused_or_compiles(model):
    try:
        compile_model(model, "m")
    except (ModelError, FitError) as error:
        assert str(error)
