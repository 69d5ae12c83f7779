# SPDX-License-Identifier: MIT
"""Calls to a cluster that may be half dead: an answer or an error, never a hang."""
import time
from threading import Event

import pytest

from tinyml.errors import SearchError
from tinyml.search.executor import line as line_module
from tinyml.search.executor.line import Line


@pytest.fixture
def line(monkeypatch):
    monkeypatch.setattr(line_module, "AWAY", 0.1)
    monkeypatch.setattr(line_module, "LEAVING", 0.1)
    return Line()


def broken(error):
    raise error


def test_answers_and_errors_come_back(line):
    assert line.ask(divmod, 7, 3) == line.send(divmod, 7, 3) == (2, 1)
    assert line.ask(sorted, [1, 2], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        line.ask(divmod, 1, 0)
    with pytest.raises(SearchError, match="the cluster is out of reach: no way"):
        line.ask(broken, ConnectionResetError("no way\nat all"))
    assert not line.dead


def test_where_nobody_answers_it_is_an_error_and_nobody_is_asked_again(line):
    never, asked = Event(), []
    with pytest.raises(SearchError, match="has not answered for 0.1 seconds"):
        line.ask(never.wait)
    assert line.dead
    with pytest.raises(SearchError, match="has not answered"):
        line.send(asked.append, 1)
    assert not asked
    never.set()


def test_who_leaves_waits_for_nobody(line):
    never, begun = Event(), time.monotonic()
    line.leave(broken, ValueError())
    line.leave(never.wait)
    line.leave(never.wait)
    assert line.dead and time.monotonic() - begun < 5
    never.set()
