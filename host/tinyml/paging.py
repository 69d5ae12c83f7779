# SPDX-License-Identifier: MIT
"""Weights that stay in a file: they come to the arena page by page while the model runs.

On boards this file is `tinyml_paging.mpy`, which is loaded only where a schedule has no room.
"""
import os
import struct
import sys
from binascii import crc32

if sys.implementation.name == "micropython":
    from _tinyml import Machine
else:
    from tinyml.native import Machine

# What this file knows of the layout of a schedule; tests compare it with format.py.
_HEADER = "<IIHHIIIIHHHHI"
_HEADER_BYTES, _RING_BYTES, _PORT_BYTES = 40, 16, 24
_PAGE_CODE, _OUTPUT, _START = 27, 4, 28     # of the step; where its fields are
_MORE, _PAGE = 1, 3                         # states of a run
_TRUNCATED, _CORRUPT, _BAD_DATA = 2, 6, 9   # statuses
_THERE = (0, None, 1)                       # a page that need not be read again


def load(path, arena, model, reason=None, check=True):
    """The `model` of a file that stays open. `reason`: why it isn't in RAM, if that was tried. Without
    `check` the weights are not read once before, to compare their checksum."""
    class Paged(model):
        weights = "paged"

        def close(self):
            file.close()
            model.close(self)

    file = open(path, "rb")
    try:
        head = file.read(_HEADER_BYTES)
        if len(head) == _HEADER_BYTES:
            size = min(struct.unpack(_HEADER, head)[4], os.stat(path)[6])
            try:
                head = bytearray(size)
            except MemoryError:
                raise reason or MemoryError("no room for the head of the schedule: %d bytes in one "
                                            "piece are needed" % size)
            file.seek(0)
            file.readinto(head)
        alone = arena is None       # what is given may be shared: no page stays there
        return Paged(head, arena, lambda *buffers: Pager(*buffers, file, reason, check, alone))
    except BaseException:
        file.close()
        raise


class Pager:
    """A machine that reads its pages from a file, of which `head` is in RAM. The file is read once to
    `check` it. `alone`: nobody else writes to the arena. Raises as Machine does."""

    def __init__(self, head, arena, file, reason, check, alone):
        if not hasattr(Machine, "tell"):
            raise reason or ImportError("this build of the module has no pages: install the full "
                                        "module")
        try:
            self._machine = machine = Machine(head, arena, True)
        except ValueError as error:
            if error.args[0] != _BAD_DATA:
                raise
            raise reason or MemoryError("the schedule has no pages: pack it with --paged")
        self._file, self._pages = file, _pages(head, memoryview(arena), alone)
        self.start, self.offer = machine.start, machine.offer
        if check:
            self._check(*struct.unpack_from("<III", head, 12))

    def step(self):
        """One piece of work; to read a page is one."""
        state = self._machine.step()
        if state != _PAGE:
            return state
        self._turn()
        return _MORE

    def run(self):
        """All that can be done."""
        state = self._machine.run()
        while state == _PAGE:
            self._turn()
            state = self._machine.run()
        return state

    def infer(self):
        """`start`, then `run`."""
        self.start()
        return self.run()

    def _turn(self):
        """Reads the page that the run waits for, but if it is there from an earlier run."""
        step = self._machine.tell()
        at, place, stays = self._pages[step]
        if place is not None:
            self._file.seek(at)
            if self._file.readinto(place) != len(place):
                raise OSError("the schedule's file has become shorter: copy it again")
        if self._machine.update():
            raise OSError("the schedule's file has changed: load it again")
        if stays:
            self._pages[step] = _THERE

    def _check(self, at, left, wanted):
        """Compares the checksum of all data, which is read to where the largest page will be."""
        place, crc = max((page[1] for page in self._pages.values()), key=len), 0
        self._file.seek(at)
        while left:
            part = place[:min(left, len(place))]
            if self._file.readinto(part) != len(part):
                raise ValueError(_TRUNCATED)
            crc = crc32(part, crc)
            left -= len(part)
        if crc != wanted:
            raise ValueError(_CORRUPT)


def _pages(head, arena, alone):
    """By where its step is, each page: where it is in the file, its place, whether it stays."""
    (_, _, _, _, end, _, _, _, rings, ports, _, _,
     step_bytes) = struct.unpack_from(_HEADER, head, 0)
    at = begin = _HEADER_BYTES + rings * _RING_BYTES + ports * _PORT_BYTES
    pages = {}
    while at < begin + step_bytes:
        if head[at] == _PAGE_CODE:
            ring, = struct.unpack_from("<H", head, at + _OUTPUT)
            start, stays = struct.unpack_from("<IB", head, at + _START)
            offset, pixels = struct.unpack_from("<II", head, _HEADER_BYTES + ring * _RING_BYTES)
            pages[at - begin] = end + start, arena[offset:offset + 4 * pixels], alone and stays
        at += head[at + 1] * 4
    return pages
