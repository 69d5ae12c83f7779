# SPDX-License-Identifier: MIT
"""Judges a plan by replaying it with a tag in every byte: every read must find what was written.

Knows nothing of how plans are made. The firing rule stands here a second time, in the plainest
words; native/core/stage.c has it for the machine, and tests compare the two.
"""
import numpy as np

from tinyml.plan.tasks import Region

TENSOR = 1 << 40                # a tag: tensor number * TENSOR + byte of the whole tensor


def check_plan(plan) -> None:
    """Asserts that every byte a task reads is there and the right one, that all is inside the
    arena, and that every stage comes to its end."""
    replay = _Replay(plan)
    for tensor in plan.problem.inputs:
        replay.write_whole(tensor)
    for page in plan.pages:
        if page.stays:
            replay.turn(page)
    for stage in plan.stages:
        for page in plan.pages:
            if page.first == stage.first and not page.stays:
                replay.turn(page)
        for index, y, x in firings(plan, stage):
            replay.fire(stage, index, y, x)
        replay.check_data(stage)
    for page in plan.pages:
        if page.stays:
            replay.check_page(page)         # for the next run
    for tensor in plan.problem.outputs:
        replay.read_whole(tensor, "the caller")


def firings(plan, stage):
    """(task, row of firings, first pixel) of a stage, in the order in which they happen: of all
    tasks that can fire the last one does."""
    tasks = plan.problem.tasks
    at = {index: (0, 0) for index in range(stage.first, stage.last + 1)}
    candidate = stage.last
    while True:
        index = next((i for i in range(candidate, stage.first - 1, -1)
                      if _can_fire(plan, stage, at, i)), None)
        if index is None:
            break
        y, x = at[index]
        yield index, y, x
        steps, x = divmod(x + _block(tasks[index], stage, y, x), tasks[index].shape[1])
        at[index] = (y + steps, x)
        readers = [r for r in plan.problem.readers[tasks[index].writes] if index < r <= stage.last]
        candidate = max(readers, default=index)
    stuck = [tasks[i].name for i in at if at[i][0] < tasks[i].firing_rows]
    assert not stuck, f"tasks {stage.first}-{stage.last}: {stuck[0]} waits for ever"


def _can_fire(plan, stage, at, index) -> bool:
    task, (y, x) = plan.problem.tasks[index], at[index]
    if y == task.firing_rows:
        return False
    for tensor in task.reads:
        writer = plan.problem.writer.get(tensor, -1)
        if writer >= stage.first:
            height, width, _ = plan.problem.shapes[tensor]
            first_piece, *more = _pieces(task, y, x, _block(task, stage, y, x))
            rows, columns = _under(task, *(more or [first_piece])[-1])
            row = min(max(rows[-1], 0), height - 1)
            column = min(max(columns[-1], 0), width - 1) if not more else width - 1
            strip = row // plan.problem.tasks[writer].rows
            if not at[writer] > (strip, column):
                return False
    return _has_room(plan, stage, at, index)


def _has_room(plan, stage, at, index) -> bool:
    task, (y, x) = plan.problem.tasks[index], at[index]
    height, width, _ = task.shape
    pixels = plan.pixels[task.writes]
    if pixels == height * width:
        return True
    newest = ((min(height, (y + 1) * task.rows) - 1) * width
              + x + _block(task, stage, y, x) - 1)
    return all(newest - _oldest(plan, at, reader, task.shape) < pixels
               for reader in plan.problem.readers[task.writes] if reader <= stage.last)


def _oldest(plan, at, reader, shape) -> int:
    task, (y, x) = plan.problem.tasks[reader], at[reader]
    height, width, _ = shape
    top = y * task.window.stride_h - task.window.pad_top
    if y == task.firing_rows or top >= height:
        return height * width
    left = min(max(x * task.window.stride_w - task.window.pad_left, 0), width)
    return top * width + left if top >= 0 else 0


def _block(task, stage, y, x) -> int:
    """Pixels of a firing: to the end of the row, or of everything if the task is alone or its
    block is longer than a row."""
    alone = stage.first == stage.last
    block = task.block(stage.block, alone)
    goes_on = alone or block > task.shape[1] and task.rows == 1
    left = task.shape[1] * (task.firing_rows - y if goes_on else 1) - x
    return min(block, left)


def _under(task, y, first, end):
    """The rows and columns under the windows of some pixels of a row, also those outside the
    input."""
    w, right = task.window, end - 1
    top, left = y * w.stride_h - w.pad_top, first * w.stride_w - w.pad_left
    return (range(top, top + w.height), range(left, right * w.stride_w - w.pad_left + w.width))


def _pieces(task, y, x, pixels):
    """(row of firings, first pixel, end) of what a firing computes, row by row."""
    while pixels:
        end = min(x + pixels, task.shape[1])
        yield y, x, end
        y, x, pixels = y + 1, 0, pixels - (end - x)


class _Replay:
    """The arena, a tag for each byte."""

    def __init__(self, plan):
        self.plan = plan
        self.bytes = np.full(plan.arena_bytes - plan.state_bytes, -1, np.int64)

    def fire(self, stage, index, y, x):
        """Reads what a firing reads, then writes what it writes."""
        task = self.plan.problem.tasks[index]
        pieces = list(_pieces(task, y, x, _block(task, stage, y, x)))
        out = task.regions[0] if task.regions else Region(0, 0, *task.shape[:2])
        rows = [(out.y + row, out.x + first, out.x + end) for y, first, end in pieces
                for row in range(y * task.rows, min((y + 1) * task.rows, task.shape[0]))]
        written = np.concatenate([self._places(task.writes, *row) for row in rows])
        for which, tensor in enumerate(task.reads):
            read = [self._read(tensor, *part, task.name) for piece in pieces
                    for part in self._parts(task, which, *piece)]
            self._check_in_place(task, tensor, written, np.concatenate([*read, []]))
        if task.accumulates and (y, x) != (0, 0):
            row, column = divmod(y * task.shape[1] + x - 1, task.shape[1])
            self._read(task.writes, row, column, column + 1, task.name)
        if task.writes in self.plan.problem.states:
            self.read_whole(task.writes, task.name)
        for row in rows:
            self._write(task.writes, *row)

    def turn(self, page):
        """Writes what a page holds."""
        self.bytes[self._page_places(page)] = self._page_tags(page)

    def check_page(self, page):
        """Asserts that nothing was written over it."""
        assert (self.bytes[self._page_places(page)] == self._page_tags(page)).all(), \
            f"weights of tasks {page.first}-{page.last} were overwritten"

    def check_data(self, stage):
        """Asserts that a stage had all its data, to its end."""
        for index in range(stage.first, stage.last + 1):
            if self.plan.problem.tasks[index].data:
                page, = (page for page in self.plan.pages if page.first <= index <= page.last)
                self.check_page(page)

    def _page_places(self, page):
        assert 0 <= page.offset <= len(self.bytes) - page.bytes, "a page leaves the arena"
        return slice(page.offset, page.offset + page.bytes)

    @staticmethod
    def _page_tags(page):
        return -2 - (page.first * TENSOR + np.arange(page.bytes))

    def _parts(self, task, which, y, first, end):
        """The (row, first column, end) that some pixels of a row of firings read of an input."""
        height, width, _ = self.plan.problem.shapes[task.reads[which]]
        part = task.regions[1 + which] if task.regions else Region(0, 0, height, width)
        if task.window is None:
            return [(row, 0, width) for row in range(height)]
        rows, columns = _under(task, y, first, end)
        left, end = max(columns.start, 0), min(columns.stop, part.width)
        return [(part.y + row, part.x + left, part.x + end)
                for row in rows if 0 <= row < part.height and left < end]

    @staticmethod
    def _check_in_place(task, tensor, written, read):
        """A firing may only write over its own input where it reads a byte before it writes it."""
        in_order = tensor in task.in_place and (written <= read[:len(written)]).all()
        assert in_order or not len(np.intersect1d(written, read)), \
            f"{task.name} writes over its input, tensor {tensor}"

    def write_whole(self, tensor):
        height, width, _ = self.plan.problem.shapes[tensor]
        for row in range(height):
            self._write(tensor, row, 0, width)

    def read_whole(self, tensor, reader):
        height, width, _ = self.plan.problem.shapes[tensor]
        for row in range(height):
            self._read(tensor, row, 0, width, reader)

    def _places(self, tensor, row, first, end):
        """Where the bytes of some pixels of a row are."""
        _, width, channels = self.plan.problem.shapes[tensor]
        slots = np.arange(row * width + first, row * width + end) % self.plan.pixels[tensor]
        places = (self.plan.offsets[tensor] + slots[:, None] * channels + np.arange(channels))
        places = places.ravel()
        assert 0 <= places[0] and places.max() < len(self.bytes), f"tensor {tensor} leaves the arena"
        return places

    def _tags(self, tensor, row, first, end):
        _, width, channels = self.plan.problem.shapes[tensor]
        begin = (row * width + first) * channels
        return tensor * TENSOR + np.arange(begin, begin + (end - first) * channels)

    def _write(self, tensor, row, first, end):
        # Pixel by pixel, since a ring may be shorter than a block.
        for pixel in range(first, end):
            self.bytes[self._places(tensor, row, pixel, pixel + 1)] = \
                self._tags(tensor, row, pixel, pixel + 1)

    def _read(self, tensor, row, first, end, reader):
        """Asserts that some pixels are there; returns where their bytes are."""
        places = self._places(tensor, row, first, end)
        assert (self.bytes[places] == self._tags(tensor, row, first, end)).all(), \
            f"{reader} reads row {row} of tensor {tensor} after it was overwritten"
        return places
