# SPDX-License-Identifier: MIT
"""The time of a whole run somewhere, and of each step of it.

The whole is what a `run` takes, or a `feed` of all rows, Python included. For the steps another run
goes turn by turn, and the clock is read after each; what a turn of a finished run takes is not
counted. Which step is next, the host's runtime tells: a board gets it as a file.
"""
import struct
from collections import Counter
from dataclasses import dataclass
from time import perf_counter

from tinyml.board import list_boards
from tinyml.format import step_named
from tinyml.model import Model
from tinyml.remote import LOAD, SECONDS_PER_ITEM, Remote
from tinyml.schedule import Schedule, decode

EMPTY_TURNS = 1000
ROUNDS = 5                      # where a machine does other things as well: the fastest counts
TURNS = LOAD + """\
import time
from array import array
ticks, diff = getattr(time, "ticks_cpu", time.ticks_us), time.ticks_diff

def turns(part, count, row, spent):
    machine = m._machine
    step, offer, state = machine.step, machine.offer, 0
    t = ticks()
    for k in range(count):
        i = part[k]
        state = step()
        if state == 2:
            offer(row)
        now = ticks()
        spent[i] += diff(now, t)
        t = now
    return state

us, t = time.ticks_us(), ticks()
while diff(time.ticks_us(), us) < 100000:
    pass
us, t = diff(time.ticks_us(), us), diff(ticks(), t)
if not t:
    ticks, us, t = time.ticks_us, 1, 1
part, spent, empty = array("H", bytes(512)), [0] * {counters}, [0] * {counters}
row = m.ports(0)[0].row
f = open({order!r}, "rb")
for k in range({rounds}):
    for i in range(len(spent)):
        spent[i] = 0
    m._machine.start()
    f.seek(0)
    n = f.readinto(part)
    while n:
        state = turns(part, n // 2, row, spent)
        n = f.readinto(part)
    print(state, *spent)
for k in range(256):
    part[k] = 0
for k in range({empty} // 250):
    turns(part, 250, row, empty)
print(us, t, empty[0])
"""


@dataclass(frozen=True)
class Turns:
    """Microseconds of a whole run and of each step, and how often each step fires."""

    whole: float
    steps: tuple[float, ...]
    firings: tuple[int, ...]


def measure(file: bytes, on: str) -> Turns:
    """The time of a schedule on `host` or another place. Raises DeviceError, FitError."""
    schedule = decode(file)
    order = firing_order(file, schedule)
    counts = Counter(order)
    firings = tuple(counts[i] for i in range(len(schedule.steps)))
    if on == "host":
        return Turns(*_here(file, order, len(firings)), firings)
    with Model(file) as model:
        port = model.ports(0)[0]
        item = bytes(sum(p.bytes for p in model.ports(0)))
        rows = port.bytes // port.row_bytes
    files = {"order.bin": struct.pack(f"<{len(order)}H", *order)}
    rounds = 1 if on in list_boards() else ROUNDS       # emulated ones do nothing else
    with Remote(on, file, files=files) as remote:
        steps = _turn_by_turn(remote, counts, len(firings), rounds)
        whole = remote.time(item, rows, max(rounds, 2))
    return Turns(whole, steps, firings)


def firing_order(file: bytes, schedule: Schedule) -> list[int]:
    """The step of every turn of a run that is fed row by row; the number of steps stands for a
    turn that finds no step to fire and offers a row. The host's runtime tells."""
    starts, at = {-1: len(schedule.steps)}, 0
    for number, (kind, _) in enumerate(schedule.steps):
        starts[at] = number
        at += step_named(kind).size
    order = []
    with Model(file) as model:
        machine, row, state = model._machine, model.ports(0)[0].row, 1
        machine.start()
        while state != 0:
            order.append(starts[machine.next()])
            state = machine.step()
            assert order[-2:] != [len(schedule.steps)] * 2, "a row is not enough for any step"
            if state == 2:
                machine.offer(row)
    return order


def _turn_by_turn(remote: Remote, counts: Counter, steps: int, rounds: int) -> tuple[float, ...]:
    """The microseconds of each step's turns on a board."""
    order = remote.loading["path"].replace("model.tml", "order.bin")
    program = TURNS.format(**remote.loading, counters=steps + 1, empty=EMPTY_TURNS, order=order,
                           rounds=rounds)
    said = remote.place.run(program, SECONDS_PER_ITEM * rounds).splitlines()
    if order == "order.bin":            # on the board's own file system
        remote.place.run("import os\nos.remove('order.bin')")
    *spent, (us, ticks, empty) = ([int(word) for word in line.split()] for line in said)
    assert not any(state for state, *_ in spent), "the board's steps went in another order"
    least = [min(times) for times in zip(*spent)][1:]
    return tuple(max(0.0, (least[i] - counts[i] * empty / EMPTY_TURNS) * us / ticks)
                 for i in range(steps))


def _here(file: bytes, order: list[int], steps: int) -> tuple[float, tuple[float, ...]]:
    """Microseconds of a whole run and of each step on this machine."""
    whole, spent = [], []
    with Model(file) as model:
        port = model.ports(0)[0]
        machine, row, image = model._machine, port.row, bytes(port.bytes)
        for _ in range(ROUNDS):
            start = perf_counter()
            model.run(image if port.fed else None)
            whole.append(perf_counter() - start)
            times = [0.0] * (steps + 1)
            machine.start()
            for step in order:
                start = perf_counter()
                state = machine.step()
                times[step] += perf_counter() - start
                if state == 2:
                    machine.offer(row)
            spent.append(times)
    return 1e6 * min(whole), tuple(1e6 * min(some) for some in zip(*spent))[:steps]
