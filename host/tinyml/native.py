# SPDX-License-Identifier: MIT
"""The C runtime on this machine, with the interface of the board's native module `_tinyml`."""
from tinyml._native import ffi, lib


class Machine:
    """An opened schedule in an arena. Keeps both buffers; neither is copied.

    Raises ValueError with the words of the status if the schedule is refused.
    """

    def __init__(self, schedule, arena):
        self._model = ffi.new("tml_model_t *")
        self._schedule = ffi.from_buffer(schedule)
        self._arena = ffi.from_buffer(arena, require_writable=True)
        status = lib.tml_open(self._model, self._schedule, len(self._schedule),
                              self._arena, len(self._arena))
        if status:
            raise ValueError(ffi.string(lib.tml_status_text(status)).decode())

    def start(self):
        """Goes back to the first step."""
        lib.tml_start(self._model)

    def step(self) -> bool:
        """One bounded piece of work; False when the run is done."""
        return bool(lib.tml_step(self._model))

    def run(self):
        """All steps, from the first."""
        lib.tml_run(self._model)


def noise(seed: int, buffer) -> int:
    """Fills a buffer with the noise of golden vectors; returns the seed to go on with."""
    target = ffi.from_buffer(buffer, require_writable=True)
    return lib.tml_noise(seed, target, len(target))


def copy(target, source) -> int:
    """Copies bytes if both have the same number of them; returns that of the source."""
    to, origin = ffi.from_buffer(target, require_writable=True), ffi.from_buffer(source)
    if len(to) == len(origin):
        ffi.memmove(to, origin, len(origin))
    return len(origin)
