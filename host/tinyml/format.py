# SPDX-License-Identifier: MIT
"""THE list: every record, step and status of a `.tml` schedule.

`native/gen.py` writes the C structs, the C checks and the tables of docs/FORMAT.md from it;
`schedule.py` encodes and decodes by it. Nothing else states a layout.

A file is: header, rings, ports, steps, notes (together the *head*), then data (weights).
All integers are little-endian and naturally aligned.
"""
from tinyml import statuses
from tinyml.records import Field, Record, Step, reserved, ring
from tinyml.steps import COMMON, GROUPS, STEPS

MAGIC = 0x004C4D54          # the bytes "TML\0"
VERSION = 4                 # of the format, not of the software
ALIGN = 16                  # of the head's length, so that data keeps the file's alignment
BASE_ALIGN = 4              # what the address of a file and of an arena must be a multiple of

HEADER = Record("header", "First in the file.", (
    Field("magic", "u32", '"TML" and a zero'),
    Field("crc", "u32", "CRC-32 of the head from the next field on"),
    Field("version", "u16", "of the format"),
    Field("packing", "u16", "layout of the weights: 0, that of docs/KERNELS.md"),
    Field("head_bytes", "u32", "header, rings, ports, steps and notes; data follows"),
    Field("data_bytes", "u32", "the file ends after them"),
    Field("data_crc", "u32", "CRC-32 of the data"),
    Field("arena_bytes", "u32", "RAM that a run needs, all of it"),
    Field("ring_count", "u16", ""),
    Field("port_count", "u16", ""),
    Field("step_count", "u16", ""),
    Field("longest_stage", "u16", "steps of the longest stage: 16 bytes each end the arena"),
    Field("step_bytes", "u32", "length of the steps; notes fill the rest of the head"),
))

RING = Record("ring", "A place in the arena that holds the last `pixels` pixels of a tensor.", (
    Field("offset", "u32", "in the arena"),
    Field("pixels", "u32", "that it holds"),
    Field("height", "u16", "rows of the tensor"),
    Field("width", "u16", "pixels of a row"),
    Field("channels", "u16", "bytes of a pixel"),
    Field("pitch", "u16", "pixels from one row to the next: the width, or more in a part of a tensor"),
))

PORT = Record("port", "An input or output of the model, and what its numbers mean.", (
    ring("ring", "where its bytes are"),
    Field("kind", "u8", "0 input, 1 output, 2 input that is fed in rows, 3 state: keeps its bytes "
          "from run to run"),
    Field("dtype", "u8", "of the model's tensor: 0 int8, 1 uint8, 2 float32 (held as int8)"),
    Field("scale", "u32", "bits of a float32: real = scale * (q - zero_point); 0 if none"),
    Field("zero_point", "i32", "of a state: the byte that fills it at first"),
    Field("rank", "u8", "of the model's tensor"),
    Field("channels_first", "u8", "1: the model's tensor was NCHW; bytes here are HWC"),
    reserved(0),
    Field("dim0", "u16", "shape of the tensor, as its bytes lie here"),
    Field("dim1", "u16", ""),
    Field("dim2", "u16", ""),
    Field("dim3", "u16", ""),
))

NOTE = Record("note", "A piece of text or data for people and Python; the machine skips it.", (
    Field("kind", "u16", ", ".join(("1 name", "2 labels, one per line", "3 golden vector",
                                    "4 what was removed, one per line"))),
    reserved(0),
    Field("length", "u32", "of what follows, without its padding to 4"),
))
NOTE_NAME, NOTE_LABELS, NOTE_VECTOR, NOTE_REMOVED = 1, 2, 3, 4
DTYPES = ("int8", "uint8", "float32")

STATUSES = tuple(tuple(line.split(" ", 1)) for line in statuses.LINES)


def step_named(name: str) -> Step:
    """The step of that name."""
    return next(step for step in STEPS if step.name == name)
