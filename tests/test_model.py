# SPDX-License-Identifier: MIT
"""Model on this machine: every kind of input, bad ones, and the life of a model."""
import struct
from array import array
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np
import pytest

from tests.tflite_builder import ModelBuilder
from tinyml import Model, format, load
from tinyml.inputs import read_item
from tinyml.pack import pack
from tinyml.schedule import encode

FASHION = Path(__file__).resolve().parent.parent / "examples/fashion/fashion.tflite"
PIXELS = 28 * 28
INPUT = bytes((i * i + 5 * i) & 255 for i in range(PIXELS))
SCALE, ZERO_POINT = np.float32(0.05), 3


@cache
def fashion():
    return pack(FASHION).file


@cache
def packed(model, labels=""):
    """The schedule of a model in memory; it takes its labels from a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "small.tflite"
        path.write_bytes(model)
        if labels:
            (Path(folder) / "labels.txt").write_text(labels)
        return pack(path).file


def echo(shape=(1, 8), dtype="float32"):
    """A schedule whose output is its input, quantised by SCALE and ZERO_POINT."""
    b = ModelBuilder()
    if dtype == "float32":
        x = b.quantize(b.input(shape, dtype=dtype), out=(SCALE, ZERO_POINT))
        return b.finish([b.dequantize(b.reshape(x, shape))])
    x = b.input(shape, SCALE, ZERO_POINT, dtype)
    return b.finish([b.reshape(x, shape)])


def convolutions(count=3, seed=0):
    """A model of `count` convolutions that keep the shape."""
    rng = np.random.default_rng(seed)
    b = ModelBuilder()
    x = b.input((1, 6, 6, 4), 0.1, 0)
    for _ in range(count):
        w = b.constant(rng.integers(-99, 99, (4, 3, 3, 4), np.int8), [0.02] * 4)
        x = b.conv2d(x, w, out=(0.1, 1))
    return b.finish([x])


@pytest.fixture
def model():
    with Model(fashion()) as opened:
        yield opened


def header(file):
    names = [field.name for field in format.HEADER.fields]
    return dict(zip(names, struct.unpack_from(format.HEADER.layout, file)))


def wanted():
    with Model(fashion()) as model:
        model.input[:] = INPUT
        return bytes(model.run())


# Inputs


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


# Runs


def test_steps_do_what_run_does(model):
    pieces = sum(1 for _ in model.steps(INPUT))
    assert bytes(model.output) == wanted()
    assert pieces > 22              # more than there are steps in the schedule


def test_steps_take_an_input_written_in_place(model):
    model.input[:] = INPUT
    for _ in model.steps():
        pass
    assert bytes(model.output) == wanted()


@pytest.mark.parametrize("pieces", [1, 2, 10, 100])
def test_an_abandoned_run_does_not_matter(model, pieces):
    begun = model.steps(bytes(PIXELS))
    for _ in range(pieces):
        next(begun)
    assert bytes(model.run(INPUT)) == wanted()
    begun = model.steps(INPUT)
    next(begun)
    for _ in model.steps(INPUT):
        pass
    assert bytes(model.output) == wanted()


def test_a_bad_input_to_steps_is_told_at_the_first_step(model):
    with pytest.raises(ValueError, match="got 1$"):
        next(model.steps(b"x"))


def test_the_output_is_the_same_view_each_time(model):
    first = model.run(INPUT)
    assert model.run(bytes(PIXELS)) is first is model.output is model.outputs[0]
    assert bytes(first) != wanted()
    model.run(INPUT)
    assert bytes(first) == wanted()


def test_runs_do_not_depend_on_what_the_arena_held(model):
    for byte in (0x00, 0x7f, 0xff):
        arena = bytearray([byte]) * model.info["arena_bytes"]
        assert bytes(Model(fashion(), arena).run(INPUT)) == wanted()


# Arenas


def test_two_models_share_an_arena():
    arena = bytearray(16384)
    file = packed(convolutions())
    one, two = Model(fashion(), arena), Model(file, arena)
    small = bytes(Model(file).run(bytes(144)))
    for _ in range(2):
        assert bytes(one.run(INPUT)) == wanted()
        assert bytes(two.run(bytes(144))) == small


def test_an_arena_beyond_what_is_needed_is_not_touched(model):
    size = model.info["arena_bytes"]
    arena = bytearray(b"\xa5") * (size + 64)
    Model(fashion(), arena).run(INPUT)
    assert arena[size:] == b"\xa5" * 64


@pytest.mark.parametrize("missing", [1, 4, 10**9])
def test_an_arena_too_small_is_refused(model, missing):
    arena = bytearray(max(0, model.info["arena_bytes"] - missing))
    with pytest.raises(ValueError, match="^the arena is smaller than the schedule's arena_bytes$"):
        Model(fashion(), arena)


@pytest.mark.parametrize("by", [1, 2, 3])
def test_an_unaligned_arena_is_refused(by):
    with pytest.raises(ValueError, match="arena is not a multiple of 4"):
        Model(fashion(), memoryview(bytearray(20000))[by:])


def test_an_unaligned_schedule_is_refused():
    with pytest.raises(ValueError, match="schedule or arena is not a multiple of 4: copy it to a "
                                         "bytearray$"):
        Model(memoryview(b"x" + fashion())[1:])


def test_an_arena_that_cannot_be_written_is_refused(model):
    with pytest.raises((TypeError, BufferError)):
        Model(fashion(), bytes(model.info["arena_bytes"]))


def test_a_schedule_is_used_in_place():
    """Weights changed after opening change the output."""
    file = bytearray(fashion())
    model = Model(file)
    head = header(file)["head_bytes"]
    file[head:head + 2000] = bytes(2000)
    assert bytes(model.run(INPUT)) != wanted()


# Golden vectors


def with_flipped_weight(file, at):
    """A byte of the data changed, and its checksum and the head's put right."""
    file, head = bytearray(file), header(file)["head_bytes"]
    file[head + at] ^= 0x40
    _put(file, "data_crc", crc32(file[head:]))
    _put(file, "crc", crc32(file[format.HEADER.offset("version"):head]))
    return bytes(file)


def _put(file, name, value):
    struct.pack_into("<I", file, format.HEADER.offset(name), value)


def test_selftest_counts_vectors_that_are_exact(model):
    assert model.selftest() == (2, 2)
    assert model.selftest() == (2, 2)


def test_selftest_finds_a_wrong_weight():
    file = packed(convolutions())
    assert Model(with_flipped_weight(file, 40)).selftest() == (0, 2)


def test_selftest_of_several_inputs_is_exact():
    b = ModelBuilder()
    x, y = (b.input((1, 2, 2, 3), scale, 0) for scale in (0.1, 0.3))
    assert Model(packed(b.finish([b.add(x, y, out=(0.3, 0))]))).selftest() == (2, 2)


def test_a_schedule_without_vectors_has_none_to_count():
    file = encode(replace(pack(FASHION).compiled.schedule, vectors=()))
    model = Model(file)
    assert model.selftest() == (model.info["vectors"], 0) == (0, 0)


# Answers


def test_top_names_the_highest_first(model):
    model.output[:] = bytes([128, 129, 130, 255, 127, 0, 1, 2, 3, 4])    # int8: 127 is the highest
    assert model.top() == [("Coat", (127 + 128) / 256)]
    assert [label for label, _ in model.top(3)] == ["Coat", "Ankle boot", "Bag"]
    assert len(model.top(100)) == 10


def test_top_takes_the_first_of_equals(model):
    model.output[:] = bytes(10)
    assert [label for label, _ in model.top(3)] == ["T-shirt/top", "Trouser", "Pullover"]


def test_top_gives_indices_where_labels_are_missing():
    file = packed(echo((1, 4), "int8"), "one\ntwo")
    model = Model(file)
    model.run(bytes([1, 2, 4, 3]))
    assert [label for label, _ in model.top(4)] == [2, 3, "two", "one"]
    assert model.labels == ("one", "two")


def test_values_without_a_scale_are_integers():
    b = ModelBuilder()
    model = Model(packed(b.finish([b.reshape(b.input((1, 3)), (1, 3))])))
    model.run(bytes([0, 127, 128]))
    assert model.values() == [0, 127, -128]


# What a model tells


def test_info_tells_what_a_model_is(model):
    assert set(model.info) == {"name", "labels", "arena_bytes", "file_bytes", "vectors", "inputs",
                               "outputs"}
    assert model.info["name"] == "fashion"
    assert model.info["labels"] == model.labels
    assert model.info["file_bytes"] == len(fashion())
    assert model.info["vectors"] == 2
    assert model.info["inputs"] == [{"shape": (1, 28, 28, 1), "dtype": "int8", "zero_point": -128,
                                     "scale": float(np.float32(1 / 255))}]
    assert [set(port) for port in model.info["outputs"]] == [
        {"shape", "dtype", "scale", "zero_point"}]


def test_attributes_tell_of_every_input_and_output(model):
    assert model.input_shape == ((1, 28, 28, 1),) and model.output_shape == ((1, 10),)
    assert model.input_dtype == ("int8",) and model.output_dtype == ("int8",)
    assert model.input_scale == (float(np.float32(1 / 255)),)
    assert model.output_scale == (1 / 256,)
    assert model.input_zero_point == model.output_zero_point == (-128,)
    assert model.input is model.inputs[0] and len(model.input) == PIXELS


# Closing


CALLS = (lambda m: m.run(), lambda m: m.run(INPUT), lambda m: m.run("bad"),
         lambda m: list(m.steps()), lambda m: next(m.steps(INPUT)), lambda m: m.selftest(),
         lambda m: m.values(), lambda m: m.top())


@pytest.mark.parametrize("call", CALLS)
def test_a_closed_model_says_so(model, call):
    model.close()
    with pytest.raises(ValueError, match="^the model is closed$"):
        call(model)


def test_closing_twice_is_closing_once(model):
    model.close()
    model.close()
    assert model.input is None and model.output is None


def test_closing_lets_go_of_the_arena():
    arena = bytearray(16384)
    with Model(fashion(), arena) as model:
        model.run(INPUT)
    del model
    arena += b"larger"          # not possible while somebody holds its buffer
    assert len(arena) == 16390


def test_a_with_block_closes_even_after_an_error():
    with pytest.raises(ZeroDivisionError), Model(fashion()) as model:
        1 / 0
    with pytest.raises(ValueError, match="closed"):
        model.run()


# Loading


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_schedule_is_loaded_from_memory(kind):
    assert bytes(load(kind(fashion())).run(INPUT)) == wanted()


def test_a_schedule_is_loaded_from_a_path(tmp_path):
    (tmp_path / "model.tml").write_bytes(fashion())
    arena = bytearray(16384)
    with load(str(tmp_path / "model.tml"), arena) as model:
        assert bytes(model.run(INPUT)) == wanted()
    assert any(arena)


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(str(tmp_path / "none.tml"))


@pytest.mark.parametrize("content", [b"", b"TML\0", bytes(39)])
def test_a_file_too_short_is_refused(tmp_path, content):
    (tmp_path / "model.tml").write_bytes(content)
    with pytest.raises(ValueError, match="^the schedule ends too early: copy the file again$"):
        load(str(tmp_path / "model.tml"))


def test_a_damaged_file_gets_no_giant_arena(monkeypatch):
    """Its header may ask for any size, and no memory is asked for before the checksum is."""
    asked = []
    monkeypatch.setattr("tinyml.model.bytearray", lambda n: asked.append(n) or bytearray(n),
                        raising=False)
    file = bytearray(fashion())
    file[format.HEADER.offset("arena_bytes") + 3] ^= 0x80
    with pytest.raises(ValueError, match="^checksum is wrong"):
        load(bytes(file))
    assert asked == [4]
