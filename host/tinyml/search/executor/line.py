# SPDX-License-Identifier: MIT
"""Calls that may never return, because somebody elsewhere is only half dead."""
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread

from tinyml.errors import SearchError

AWAY = 30.0                     # seconds without an answer, then nobody is there
SENDING = 600.0                 # the same for what carries data
LEAVING = 5.0                   # the same for what nobody needs


class Line:
    """To a cluster. Each call is made in a thread that may be left behind. `dead`: nobody answers any
    more, and nothing is asked. `well`: all was done before that."""

    def __init__(self):
        self.dead = self.well = False

    def ask(self, call: Callable, *arguments, seconds: float | None = None, stay: bool = False, **named):
        """What the call gives. Raises what it raises, and SearchError where nobody answers. `stay`: the
        thread does, for processes that are killed when the thread that began them ends (Linux's
        PR_SET_PDEATHSIG)."""
        seconds, answers = seconds or AWAY, SimpleQueue()

        def work():
            try:
                answers.put((call(*arguments, **named), None))
            except BaseException as error:
                answers.put((None, error))
            if stay:
                Event().wait()
        if not self.dead:
            Thread(target=work, daemon=True).start()
        try:
            result, error = answers.get(timeout=0 if self.dead else seconds)
        except Empty:
            self.dead = True
            raise SearchError(f"the cluster has not answered for {seconds:g} seconds") from None
        if isinstance(error, ConnectionError):
            raise SearchError(f"the cluster is out of reach: {first_line(error)}")
        if error:
            raise error
        return result

    def send(self, call: Callable, *arguments):
        """The same for what may take its time."""
        return self.ask(call, *arguments, seconds=SENDING)

    def leave(self, call: Callable, *arguments) -> None:
        """The same for what nobody waits for, nor hears about."""
        with suppress(Exception):
            self.ask(call, *arguments, seconds=LEAVING)


def first_line(error: Exception) -> str:
    """Of what it says."""
    return (str(error).strip() or type(error).__name__).split("\n")[0]
