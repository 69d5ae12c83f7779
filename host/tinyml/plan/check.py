# SPDX-License-Identifier: MIT
"""Judges a plan by replaying it with a tag in every byte. Knows nothing of how plans are made."""
from array import array


def check_plan(tasks, shapes, inputs, outputs, offsets, arena_bytes) -> None:
    """Asserts that every read finds what was written, and that all of it is inside the arena.

    A tag names a tensor; a tensor that keeps its input's bytes (a reshape) has its input's tag.
    A task writes only after it has read, so it may write over its own input, but only where it
    says so and at the same offset: elsewhere the first pixel written would spoil one still unread.
    """
    tags = array("i", [-1]) * arena_bytes
    tag = list(range(len(shapes)))

    def span(tensor):
        height, width, channels = shapes[tensor]
        begin, end = offsets[tensor], offsets[tensor] + height * width * channels
        assert 0 <= begin and end <= arena_bytes, f"tensor {tensor} leaves the arena"
        return begin, end

    def write(tensor):
        begin, end = span(tensor)
        tags[begin:end] = array("i", [tensor]) * (end - begin)

    def read(tensor, reader):
        begin, end = span(tensor)
        assert tags[begin:end] == array("i", [tag[tensor]]) * (end - begin), \
            f"{reader} reads tensor {tensor} after it was overwritten"

    for tensor in inputs:
        write(tensor)
    for task in tasks:
        for tensor in task.reads:
            read(tensor, task.name)
        if task.keeps:
            assert offsets[task.writes] == offsets[task.reads[0]], f"{task.name} moves its bytes"
            tag[task.writes] = tag[task.reads[0]]
            continue
        for tensor in task.reads:
            (begin, end), (to, top) = span(tensor), span(task.writes)
            in_place = tensor in task.may_overwrite and begin == to and end == top
            assert in_place or end <= to or top <= begin, \
                f"{task.name} writes over its input, tensor {tensor}"
        write(task.writes)
    for tensor in outputs:
        read(tensor, "the caller")
