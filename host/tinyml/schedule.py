# SPDX-License-Identifier: MIT
"""A schedule in memory, as bytes, and as text for people. Layouts come from format.py alone."""
import struct
from dataclasses import dataclass, field
from zlib import crc32

from tinyml import format as f
from tinyml.errors import FitError, ScheduleError
from tinyml.records import CODES


@dataclass(frozen=True)
class Schedule:
    """What a `.tml` file says. Records are dicts by field name; a step is (name, dict)."""

    name: str
    arena_bytes: int
    longest_stage: int
    rings: tuple[dict, ...]
    ports: tuple[dict, ...]
    steps: tuple[tuple[str, dict], ...]
    data: bytes
    labels: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()                                  # lines on what was removed
    vectors: tuple[tuple[int, bytes], ...] = field(default=())     # (seed, bytes of the outputs)


def encode(schedule: Schedule) -> bytes:
    """The file. Raises FitError if a number does not fit its field."""
    steps = b"".join(_step(name, values) for name, values in schedule.steps)
    body = (b"".join(_pack(f.RING, ring) for ring in schedule.rings)
            + b"".join(_pack(f.PORT, port) for port in schedule.ports) + steps + _notes(schedule))
    body += bytes(-(f.HEADER.size + len(body)) % f.ALIGN)
    header = {
        "magic": f.MAGIC, "version": f.VERSION, "packing": 0,
        "head_bytes": f.HEADER.size + len(body), "data_bytes": len(schedule.data),
        "data_crc": crc32(schedule.data), "arena_bytes": schedule.arena_bytes,
        "ring_count": len(schedule.rings), "port_count": len(schedule.ports),
        "step_count": len(schedule.steps), "longest_stage": schedule.longest_stage,
        "step_bytes": len(steps)}
    covered = f.HEADER.offset("version")
    header["crc"] = crc32(_pack(f.HEADER, header | {"crc": 0})[covered:] + body)
    return _pack(f.HEADER, header) + body + schedule.data


def decode(file: bytes) -> Schedule:
    """The schedule of a file that `tml_open` would take. Raises ScheduleError for one that ends
    too early or is of another kind; bounds and checksums are judged by `tml_open`."""
    file = bytes(file)
    try:
        header = _unpack(f.HEADER, file, 0)
        if header["magic"] != f.MAGIC or header["version"] != f.VERSION:
            raise ScheduleError("not a .tml schedule of this version: make one with `tinyml pack`")
        at = f.HEADER.size
        rings, at = _table(f.RING, file, at, header["ring_count"])
        ports, at = _table(f.PORT, file, at, header["port_count"])
        steps = []
        for _ in range(header["step_count"]):
            record = f.STEPS[file[at] - 1]
            steps.append((record.name, _unpack(record, file, at)))
            at += record.size
        notes = {f.NOTE_NAME: b"", f.NOTE_LABELS: b"", f.NOTE_REMOVED: b"", f.NOTE_VECTOR: []}
        _read_notes(file, at, header["head_bytes"], notes)
    except (struct.error, IndexError) as error:
        raise ScheduleError("the schedule ends too early: copy the file again") from error
    data = file[header["head_bytes"]:header["head_bytes"] + header["data_bytes"]]
    return Schedule(notes[f.NOTE_NAME].decode(), header["arena_bytes"], header["longest_stage"],
                    rings, ports, tuple(steps), data, _lines(notes[f.NOTE_LABELS]),
                    _lines(notes[f.NOTE_REMOVED]), tuple(notes[f.NOTE_VECTOR]))


def _lines(text: bytes) -> tuple[str, ...]:
    return tuple(text.decode().split("\n")) if text else ()


def text(schedule: Schedule) -> str:
    """A listing: header, then every step with what it means and where it reads and writes."""
    lines = [f"{schedule.name}: {len(schedule.steps)} steps, arena {schedule.arena_bytes} bytes, "
             f"data {len(schedule.data)} bytes, {len(schedule.vectors)} golden vectors"]
    for port in schedule.ports:
        shape = "x".join(str(port[f"dim{i}"]) for i in range(port["rank"]))
        scale = struct.unpack("<f", struct.pack("<I", port["scale"]))[0]
        lines.append(f"{('input ', 'output', 'fed   ', 'state ')[port['kind']]} {shape} {f.DTYPES[port['dtype']]}, "
                     f"scale {scale:g}, zero point {port['zero_point']}, "
                     f"{_place(schedule, port['ring'])}")
    for number, (name, values) in enumerate(schedule.steps):
        if values["stage"] > 1:
            lines.append(f"    stage of {values['stage']} steps:")
        lines.append(f"{number:3} {name:<22} {_places(schedule, name, values)}  {_numbers(name, values)}")
    used = sorted({name for name, _ in schedule.steps})
    lines += [f"{name}: {f.step_named(name).doc}" for name in used]
    return "\n".join(lines + ["removed:" if schedule.removed else "", *schedule.removed]).rstrip()


def _step(name: str, values: dict) -> bytes:
    record = f.step_named(name)
    return _pack(record, values | {"code": record.code, "words": record.size // 4})


def _pack(record, values: dict) -> bytes:
    numbers = [values.get(field.name, 0) if field.role == "reserved" else values[field.name]
               for field in record.fields]
    try:
        return struct.pack(record.layout, *numbers)
    except struct.error:
        name, value = next((x.name, n) for x, n in zip(record.fields, numbers)
                           if not _fits(x.type, n))
        raise FitError(f"{record.name}: {name} is {value}, more than the format holds; "
                       "make the model smaller") from None


def _fits(type: str, number: int) -> bool:
    try:
        struct.pack("<" + CODES[type], number)
        return True
    except struct.error:
        return False


def _unpack(record, file: bytes, at: int) -> dict:
    values = struct.unpack_from(record.layout, file, at)
    return {x.name: value for x, value in zip(record.fields, values) if x.role != "reserved"}


def _table(record, file: bytes, at: int, count: int):
    rows = tuple(_unpack(record, file, at + i * record.size) for i in range(count))
    return rows, at + count * record.size


def _notes(schedule: Schedule) -> bytes:
    notes = [(f.NOTE_NAME, schedule.name.encode())]
    if schedule.labels:
        notes.append((f.NOTE_LABELS, "\n".join(schedule.labels).encode()))
    if schedule.removed:
        notes.append((f.NOTE_REMOVED, "\n".join(schedule.removed).encode()))
    notes += [(f.NOTE_VECTOR, struct.pack("<I", seed) + out) for seed, out in schedule.vectors]
    return b"".join(_pack(f.NOTE, {"kind": kind, "length": len(content)}) + content
                    + bytes(-len(content) % 4) for kind, content in notes)


def _read_notes(file: bytes, at: int, end: int, notes: dict) -> None:
    while at + f.NOTE.size <= end:
        note = _unpack(f.NOTE, file, at)
        at += f.NOTE.size
        content = file[at:at + note["length"]]
        if note["kind"] == f.NOTE_VECTOR:
            notes[f.NOTE_VECTOR].append((struct.unpack_from("<I", content)[0], content[4:]))
        elif note["kind"] in notes:
            notes[note["kind"]] = content
        at += len(content) + -len(content) % 4


def _place(schedule: Schedule, index: int) -> str:
    ring = schedule.rings[index]
    whole = ring["height"] * ring["width"]
    kept = "" if ring["pixels"] == whole else f" ({ring['pixels']} pixels kept)"
    return (f"{ring['height']}x{ring['width']}x{ring['channels']}{kept}"
            f" @{ring['offset']}..{ring['offset'] + ring['pixels'] * ring['channels']}")


def _places(schedule: Schedule, name: str, values: dict) -> str:
    names = ("input", "input2")[:values["inputs"]]
    source = "file" if name == "page" else "caller"
    inputs = " + ".join(_place(schedule, values[name]) for name in names) or source
    return f"{inputs} -> {_place(schedule, values['output'])}"


def _numbers(name: str, values: dict) -> str:
    """The window, where it isn't one pixel, and the step's own numbers."""
    window = (f"{values['k_h']}x{values['k_w']} / {values['stride_h']}x{values['stride_w']}"
              f" - {values['pad_top']},{values['pad_left']}")
    own = [field.name for field in f.step_named(name).fields[len(f.COMMON):]
           if field.role == "number"]
    return " ".join(([] if window == "1x1 / 1x1 - 0,0" else [f"window {window}"])
                    + [f"block={values['block']}"] + [f"{field}={values[field]}" for field in own])
