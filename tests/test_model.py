# SPDX-License-Identifier: MIT
"""What a Model answers and tells, and how it is closed and loaded."""
import numpy as np
import pytest

from tests.small_schedules import INPUT, PIXELS, echo, header, larger, packed, wanted
from tools.tflite_builder import ModelBuilder
from tinyml import Model, format, load


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
    assert set(model.info) == {"name", "labels", "arena_bytes", "file_bytes", "state_bytes",
                               "vectors", "inputs", "outputs", "weights"}
    assert model.info["name"] == "larger"
    assert model.info["labels"] == model.labels
    assert model.info["file_bytes"] == len(larger())
    assert model.info["vectors"] == 2 and model.info["state_bytes"] == 0
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
    with Model(larger(), arena) as model:
        model.run(INPUT)
    del model
    arena += b"larger"          # not possible while somebody holds its buffer
    assert len(arena) == 16390


def test_a_with_block_closes_even_after_an_error():
    with pytest.raises(ZeroDivisionError), Model(larger()) as model:
        1 / 0
    with pytest.raises(ValueError, match="closed"):
        model.run()


# Loading


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_schedule_is_loaded_from_memory(kind):
    assert bytes(load(kind(larger())).run(INPUT)) == wanted()


def test_a_schedule_is_loaded_from_a_path(tmp_path):
    (tmp_path / "model.tml").write_bytes(larger())
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
    file = bytearray(larger())
    file[format.HEADER.offset("arena_bytes") + 3] ^= 0x80
    with pytest.raises(ValueError, match="^checksum is wrong"):
        load(bytes(file))
    assert asked == [4]
