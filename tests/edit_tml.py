# SPDX-License-Identifier: MIT
"""Edits of packed files, number by number."""
import struct
from zlib import crc32

from tinyml import format as f
from tinyml.records import CODES

HEADER = struct.Struct(f.HEADER.layout)
NAMES = [field.name for field in f.HEADER.fields]


def header(file):
    return dict(zip(NAMES, HEADER.unpack_from(file)))


def with_header(file, **values):
    return HEADER.pack(*(header(file) | values).values()) + file[HEADER.size:]


def field_of(record, name):
    return next(field for field in record.fields if field.name == name)


def with_ring(file, index, **values):
    """The file with other numbers in a ring."""
    for name, number in values.items():
        at = HEADER.size + index * f.RING.size + f.RING.offset(name)
        file = write(file, at, field_of(f.RING, name), number)
    return put_right(file)


def put_right(file):
    """The file with both checksums made to fit, where its lengths allow it."""
    head, data = header(file)["head_bytes"], header(file)["data_bytes"]
    if not HEADER.size <= head <= len(file) - data:
        return file
    file = with_header(file, data_crc=crc32(file[head:head + data]))
    return with_header(file, crc=crc32(file[f.HEADER.offset("version"):head]))


def places(file):
    """(offset, field) of every field of every record in a file."""
    head = header(file)
    records = [f.HEADER] + [f.RING] * head["ring_count"] + [f.PORT] * head["port_count"]
    at = 0
    for record in records:
        yield from ((at + record.offset(field.name), field) for field in record.fields)
        at += record.size
    for _ in range(head["step_count"]):
        record = f.STEPS[file[at] - 1]
        yield from ((at + record.offset(field.name), field) for field in record.fields)
        at += record.size


def step_offsets(file):
    """Where each step begins."""
    head, offsets = header(file), []
    at = HEADER.size + head["ring_count"] * f.RING.size + head["port_count"] * f.PORT.size
    for _ in range(head["step_count"]):
        offsets.append(at)
        at += f.STEPS[file[at] - 1].size
    return offsets


def write(file, at, field, number):
    """The file with a number, cut to the field's size, in a field."""
    code = "<" + CODES[field.type].upper()
    size = struct.calcsize(code)
    number &= (1 << 8 * size) - 1
    return file[:at] + struct.pack(code, number) + file[at + size:]
