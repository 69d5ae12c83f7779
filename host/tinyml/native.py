# SPDX-License-Identifier: MIT
"""The C runtime on this machine, with the interface of the board's native module `_tinyml`."""
from time import perf_counter_ns

from tinyml._native import ffi, lib

DONE, MORE, HUNGRY, PAGE = range(4)     # tml_state_t


class Machine:
    """An opened schedule in an arena. Keeps both buffers; neither is copied.

    With `is_head` the schedule is a head alone, whose data comes in pages. Raises ValueError with
    the number of the status if the schedule is refused.
    """

    def __init__(self, schedule, arena, is_head=False):
        self._model = ffi.new("tml_model_t *")
        self._schedule = ffi.from_buffer(schedule)
        self._arena = ffi.from_buffer(arena, require_writable=True)
        opened = lib.tml_open_head if is_head else lib.tml_open
        status = opened(self._model, self._schedule, len(self._schedule),
                        self._arena, len(self._arena))
        if status:
            raise ValueError(status)

    def start(self):
        """Goes back to the first step."""
        lib.tml_start(self._model)

    def offer(self, pixels):
        """The next pixels of an input that is fed, for `step` and `run` to take."""
        self._fed = ffi.from_buffer(pixels)
        lib.tml_offer(self._model, self._fed, len(self._fed))

    def step(self) -> int:
        """One bounded piece of work: MORE is left, the run is DONE, or it is HUNGRY for pixels, or
        waits for a PAGE."""
        return lib.tml_step(self._model)

    def run(self) -> int:
        """All that can be done: DONE, HUNGRY or PAGE."""
        return lib.tml_run(self._model)

    def infer(self) -> int:
        """`start`, then `run`."""
        self.start()
        return self.run()

    def tell(self) -> int | None:
        """Where the page is that the run waits for, in bytes of the steps; None: for none."""
        at = lib.tml_page_at(self._model)
        return None if at < 0 else at

    def update(self) -> int:
        """Checks that page, which was read to its ring; returns the status."""
        return lib.tml_turn_page(self._model)

    def next(self) -> int:
        """The step that `step` would fire: where it begins, in bytes of the steps; -1: none can.
        Here alone; boards do without."""
        return lib.tml_next_at(self._model)


def noise(seed: int, buffer) -> int:
    """Fills a buffer with the noise of golden vectors; returns the seed to go on with."""
    target = ffi.from_buffer(buffer, require_writable=True)
    return lib.tml_noise(seed, target, len(target))


def ticks_us() -> int:
    """As MicroPython's time.ticks_us."""
    return perf_counter_ns() // 1000


def copy(target, source) -> int:
    """Copies bytes if both have the same number of them; returns that of the source. Raises
    TypeError where a source has no bytes, or has them in several pieces."""
    try:
        to, origin = ffi.from_buffer(target, require_writable=True), ffi.from_buffer(source)
    except BufferError as error:
        raise TypeError(*error.args) from None
    if len(to) == len(origin):
        ffi.memmove(to, origin, len(origin))
    return len(origin)
