# SPDX-License-Identifier: MIT
"""Runs of a Model: steps, arenas, golden vectors."""
import struct
from dataclasses import replace
from zlib import crc32

import pytest

from tests.small_schedules import (
    INPUT, LARGER, PIXELS, convolutions, header, larger, packed, wanted)
from tools.tflite_builder import ModelBuilder
from tinyml import Model, format
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.schedule import encode


def test_steps_do_what_run_does(model):
    pieces = sum(1 for _ in model.steps(INPUT))
    assert bytes(model.output) == wanted()
    assert pieces > 22              # more than there are steps in the schedule


def test_steps_take_an_input_written_in_place(model):
    model.input[:] = INPUT
    for _ in model.steps():
        pass
    assert bytes(model.output) == wanted()


class Clock:
    """Each look at it takes 10 us."""

    def __init__(self):
        self.now = 0

    def ticks_us(self):
        self.now += 10
        return self.now % 2**30


def test_steps_go_on_until_their_time_is_over(model, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("tinyml.model.ticks_us", clock.ticks_us)
    pieces = sum(1 for _ in model.steps(INPUT))
    for us, together in ((0, 1), (10, 1), (11, 2), (100, 10), (10**6, 10**6)):
        model.run(bytes(PIXELS))
        assert sum(1 for _ in model.steps(INPUT, us=us)) == pieces // together
        assert bytes(model.output) == wanted()


def test_the_clock_may_begin_again(model, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("tinyml.model.ticks_us", clock.ticks_us)
    pieces = sum(1 for _ in model.steps(INPUT, us=50))
    clock.now = 2**30 - 105
    assert sum(1 for _ in model.steps(INPUT, us=50)) == pieces


def test_what_others_do_in_between_is_not_counted(model, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("tinyml.model.ticks_us", clock.ticks_us)
    alone = sum(1 for _ in model.steps(INPUT, us=50))
    busy = 0
    for _ in model.steps(INPUT, 50):
        busy += 1
        clock.now += 1000
    assert busy == alone > 5


@pytest.mark.parametrize("pieces", [1, 2, 10, 40])
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
        assert bytes(Model(larger(), arena).run(INPUT)) == wanted()


# Arenas


def test_two_models_share_an_arena():
    arena = bytearray(16384)
    file = packed(convolutions())
    one, two = Model(larger(), arena), Model(file, arena)
    small = bytes(Model(file).run(bytes(144)))
    for _ in range(2):
        assert bytes(one.run(INPUT)) == wanted()
        assert bytes(two.run(bytes(144))) == small


def test_a_run_that_another_model_wrote_over_is_refused():
    """It would go on with what the other left where its own progress was."""
    arena = bytearray(16384)
    one, two = Model(larger(), arena), Model(packed(convolutions()), arena)
    for begin in (lambda: two.run(bytes(144)), two.selftest, lambda: next(two.steps(bytes(144))),
                  two.reset, lambda: Model(larger(), arena)):
        run = one.steps(INPUT)
        next(run)
        begin()
        with pytest.raises(ValueError, match="^another model ran in this arena: begin again$"):
            next(run)
        for _ in one.steps(INPUT):
            pass
        assert bytes(one.output) == wanted()


def test_rows_for_a_run_that_another_model_wrote_over_are_refused():
    arena = bytearray(16384)
    fed = Model(pack(LARGER, options=Options(feed_rows=True)).file, arena)
    other = Model(packed(convolutions()), arena)
    assert not fed.feed(INPUT[:280])
    other.run(bytes(144))
    with pytest.raises(ValueError, match="another model ran in this arena"):
        fed.feed(INPUT[280:])
    assert fed.feed(INPUT) and bytes(fed.output) == wanted()


def test_models_in_arenas_of_their_own_do_not_matter(model):
    file = packed(convolutions())
    others = Model(file, bytearray(16384)), Model(file)
    given = Model(larger(), bytearray(16384))
    for one in (model, given):
        for _ in one.steps(INPUT):
            assert len({bytes(other.run(bytes(144))) for other in others}) == 1
        assert bytes(one.output) == wanted()


def test_an_arena_beyond_what_is_needed_is_not_touched(model):
    size = model.info["arena_bytes"]
    arena = bytearray(b"\xa5") * (size + 64)
    Model(larger(), arena).run(INPUT)
    assert arena[size:] == b"\xa5" * 64


@pytest.mark.parametrize("missing", [1, 4, 10**9])
def test_an_arena_too_small_is_refused(model, missing):
    arena = bytearray(max(0, model.info["arena_bytes"] - missing))
    with pytest.raises(ValueError, match="^the arena is smaller than the schedule's arena_bytes: give"):
        Model(larger(), arena)


@pytest.mark.parametrize("by", [1, 2, 3])
def test_an_unaligned_arena_is_refused(by):
    with pytest.raises(ValueError, match="arena is not a multiple of 4"):
        Model(larger(), memoryview(bytearray(20000))[by:])


def test_an_unaligned_schedule_is_refused():
    with pytest.raises(ValueError, match="schedule or arena is not a multiple of 4: copy it to a "
                                         "bytearray$"):
        Model(memoryview(b"x" + larger())[1:])


def test_an_arena_that_cannot_be_written_is_refused(model):
    with pytest.raises((TypeError, BufferError)):
        Model(larger(), bytes(model.info["arena_bytes"]))


def test_a_schedule_is_used_in_place():
    """Weights changed after opening change the output."""
    file = bytearray(larger())
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
    file = encode(replace(pack(LARGER).compiled.schedule, vectors=()))
    model = Model(file)
    assert model.selftest() == (model.info["vectors"], 0) == (0, 0)
