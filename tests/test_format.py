# SPDX-License-Identifier: MIT
"""The format: aligned, the same in Python and C, and nothing lost between encode and decode."""
import struct
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyml import format as f
from tinyml import model
from tinyml.errors import FitError
from tinyml.schedule import Schedule, decode, encode

ROOT = Path(__file__).resolve().parent.parent
CORPUS = sorted((ROOT / "tests/fuzz/corpus").glob("*.tml"))
RECORDS = (f.HEADER, f.RING, f.PORT, f.NOTE, *f.STEPS)
BITS = {"u8": 8, "i8": 8, "u16": 16, "i16": 16, "u32": 32, "i32": 32}
U32 = st.integers(0, 2 ** 32 - 1)


def name_of(thing):
    return thing.stem if isinstance(thing, Path) else thing.name


def bounds(type):
    """The least and greatest number of a field."""
    half = 1 << BITS[type] - 1
    return (0, 2 * half - 1) if type[0] == "u" else (-half, half - 1)


def numbers(record, **fixed):
    """Any numbers for the fields of a record."""
    return st.fixed_dictionaries({field.name: st.integers(*bounds(field.type))
                                  for field in record.fields if field.role != "reserved"} | {
                                      name: st.just(value) for name, value in fixed.items()})


def some_step(record):
    return st.tuples(st.just(record.name),
                     numbers(record, code=record.code, words=record.size // 4))


TEXT = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1)
SCHEDULES = st.builds(
    Schedule, name=st.text(), arena_bytes=U32, longest_stage=st.integers(0, 65535),
    rings=st.lists(numbers(f.RING), max_size=3).map(tuple),
    ports=st.lists(numbers(f.PORT), max_size=3).map(tuple),
    steps=st.lists(st.one_of(*map(some_step, f.STEPS)), max_size=5).map(tuple),
    data=st.binary(max_size=50), labels=st.lists(TEXT, max_size=4).map(tuple),
    vectors=st.lists(st.tuples(U32, st.binary(max_size=9)), max_size=3).map(tuple))


@pytest.mark.parametrize("record", RECORDS, ids=name_of)
def test_fields_are_naturally_aligned(record):
    for field in record.fields:
        assert record.offset(field.name) % (BITS[field.type] // 8) == 0, field.name
    assert record.size % 4 == 0


@pytest.mark.parametrize("step", f.STEPS, ids=name_of)
def test_extents_and_needs_name_fields_that_exist(step):
    known = {field.name for field in step.fields}
    for field in step.fields:
        for term in field.extent:
            named = {name for name in re.findall(r"[a-z]\w*", re.sub(r"\.\w+|\w+\(", "", term))}
            assert named <= known, term
    assert step.size // 4 <= 255        # `words` is a u8


def test_generated_files_are_fresh():
    subprocess.run([sys.executable, ROOT / "native/gen.py", "--check"], check=True)


def test_c_and_python_agree_on_every_struct(tmp_path):
    asserts = [f"_Static_assert(offsetof(tml_{record.name}_t, {field.name}) == "
               f"{record.offset(field.name)}, \"\");"
               for record in RECORDS if record is not f.NOTE for field in record.fields]
    source = tmp_path / "offsets.c"
    source.write_text("\n".join(['#include "tml.h"', *asserts]))
    subprocess.run(["gcc", "-fsyntax-only", f"-I{ROOT}/native/include", source], check=True)


def test_the_board_s_numbers_are_those_of_the_format():
    assert model._HEADER == f.HEADER.layout
    assert model._HEADER_BYTES == f.HEADER.size
    assert model._RING_BYTES == f.RING.size
    assert model._PORT_BYTES == f.PORT.size
    assert model._NOTE_BYTES == f.NOTE.size
    assert model._DTYPES == f.DTYPES


def test_the_board_s_port_reads_the_fields_of_the_format():
    ring = {"offset": 4, "pixels": 6, "height": 2, "width": 3, "channels": 5,
            "pitch": 3}
    scale = struct.unpack("<I", struct.pack("<f", 0.25))[0]
    port = {"ring": 0, "kind": 1, "dtype": 2, "scale": scale, "zero_point": -7, "rank": 3,
            "channels_first": 1, "dim0": 2, "dim1": 3, "dim2": 5, "dim3": 9}
    file = encode(Schedule("x", 40, 0, (ring,), (port,), (), b""))
    read = model.Port(file, bytes(range(40)), f.HEADER.size + f.RING.size, f.HEADER.size)
    assert bytes(read.buffer) == bytes(range(4, 34))
    assert (read.kind, read.dtype, read.scale, read.zero_point) == (1, "float32", 0.25, -7)
    assert (read.shape, read.channels_first) == ((2, 3, 5), 1)


@settings(deadline=None)
@given(SCHEDULES)
def test_decode_gives_back_what_was_encoded(schedule):
    assert decode(encode(schedule)) == schedule


@settings(deadline=None)
@given(SCHEDULES)
def test_data_keep_the_alignment_of_the_file(schedule):
    file = encode(schedule)
    head = struct.unpack_from("<I", file, f.HEADER.offset("head_bytes"))[0]
    assert head % f.ALIGN == 0 and file[head:] == schedule.data


@pytest.mark.parametrize("path", CORPUS, ids=name_of)
def test_encode_gives_back_what_was_decoded(path):
    assert encode(decode(path.read_bytes())) == path.read_bytes()


def zeros(record):
    return {field.name: 0 for field in record.fields}


def schedule_with(record, values):
    """A schedule that holds nothing but one record."""
    empty = {"name": "x", "arena_bytes": 0, "longest_stage": 0, "rings": (), "ports": (),
             "steps": (), "data": b""}
    if record is f.RING:
        return Schedule(**empty | {"rings": (values,)})
    if record is f.PORT:
        return Schedule(**empty | {"ports": (values,)})
    return Schedule(**empty | {"steps": ((record.name, values),)})


@pytest.mark.parametrize("record", (f.RING, f.PORT, *f.STEPS), ids=name_of)
def test_a_number_too_large_is_refused_by_its_name(record):
    encode(schedule_with(record, zeros(record)))
    for field in record.fields:
        if field.role == "reserved" or field.name in ("code", "words"):
            continue
        low, high = bounds(field.type)
        for number in (low - 1, high + 1):
            with pytest.raises(FitError, match=rf"^{record.name}: {field.name} is {number},"):
                encode(schedule_with(record, zeros(record) | {field.name: number}))


def test_an_arena_too_large_is_refused():
    with pytest.raises(FitError, match="header: arena_bytes is 4294967296"):
        encode(Schedule("x", 1 << 32, 0, (), (), (), b""))


def test_statuses_have_one_name_and_one_text_each():
    names, texts = zip(*f.STATUSES)
    assert len(set(names)) == len(set(texts)) == len(names)
    assert names[0] == "OK"
