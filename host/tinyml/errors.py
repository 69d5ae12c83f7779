# SPDX-License-Identifier: MIT
"""Everything that can go wrong for a user, as one tree.

    TinymlError
     ├─ ModelError         the model file cannot be read
     │   └─ UnsupportedError   it was read, and holds something we cannot run
     ├─ FitError           it does not fit the limits of a board or of the format
     ├─ BoardError         the facts of a board are missing or wrong
     ├─ SearchError        a search cannot do what it is told: its space, journal or workers
     ├─ ScheduleError      a `.tml` file was refused; `.status` is the C status
     └─ DeviceError        a board, an emulator or a cable did not do its part

A message is one line: what, where, the limit, the way out. Bugs stay `AssertionError`.
"""


class TinymlError(Exception):
    """Base of every error that is the user's or the world's, never ours."""


class ModelError(TinymlError):
    """The model file cannot be read."""


class UnsupportedError(ModelError):
    """The model holds something that we cannot run; `.problems` lists all of it, a line each."""

    def __init__(self, problems):
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class FitError(TinymlError):
    """The model does not fit a limit."""


class BoardError(TinymlError):
    """The facts file of a board is missing or wrong."""


class SearchError(TinymlError):
    """A search cannot do what it is told."""


class ScheduleError(TinymlError):
    """A schedule was refused. `.status` is the status that `tml_open` gave."""

    def __init__(self, message, status=None):
        self.status = status
        super().__init__(message)


class DeviceError(TinymlError):
    """A board or emulator failed. `.detail` holds what it printed, if anything."""

    def __init__(self, message, detail=""):
        self.detail = detail
        super().__init__(message)
