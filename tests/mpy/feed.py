# SPDX-License-Identifier: MIT
# An image given row by row to a model that never holds it.
from array import array
from struct import pack

import tinyml

try:
    from micropython import heap_lock, heap_unlock
except ImportError:             # CPython has no lock on its heap
    def heap_lock():
        pass

    heap_unlock = heap_lock


def attempt(what, call, *args):
    try:
        call(*args)
        print(what, "- nothing")
    except Exception as error:
        print(what, "-", type(error).__name__ + ":", error)


def feed(x, *counts):
    """Rows in bunches of so many, with the heap locked; what each bunch returned."""
    at, said, rows = 0, [], []
    for count in counts:
        rows.append(x[at:at + count * row])
        said.append(None)
        at += count * row
    heap_lock()
    try:
        for i in range(len(rows)):
            said[i] = m.feed(rows[i])
    finally:
        heap_unlock()
    return said


whole = tinyml.load("small.tml")
m = tinyml.load("small_rows.tml")
row = 8 * 3
x, y = bytes(range(192)), bytes(range(191, -1, -1))
of_x, of_y = bytes(whole.run(x)), bytes(whole.run(y))
print(m.input, m.inputs, m.input_shape, m.info["arena_bytes"] < whole.info["arena_bytes"])
print("selftest", m.selftest())


def ready(wanted):
    return bytes(m.output) == wanted


print(feed(x, *[1] * 8), ready(of_x))
print(feed(memoryview(y), 3, 1, 4), ready(of_y))
print(feed(bytearray(x), 8), ready(of_x))
print(feed(x, 0, 8, 0), ready(of_x))
print("run", bytes(m.run(y)) == of_y, bytes(m.run(memoryview(x))) == of_x)


def locked(steps):
    pieces = 0
    heap_lock()
    try:
        for _ in steps:
            pieces += 1
    finally:
        heap_unlock()
    return pieces


print("steps", locked(m.steps(y)) > 1, ready(of_y))

feed(y, 5)                      # given up: a run begins anew
print("run", bytes(m.run(x)) == of_x)
print(feed(y, 8), ready(of_y))
feed(x, 5)
next(m.steps(x))
print(feed(x, 8), ready(of_x))
feed(y, 3)
print("selftest", m.selftest(), feed(y, 8), ready(of_y))

attempt("half a row", m.feed, bytes(row // 2))
attempt("a row and a half", m.feed, bytes(row * 3 // 2))
attempt("too many rows", m.feed, bytes(9 * row))
print(feed(x, 6))
attempt("too many for the rest", m.feed, bytes(3 * row))
print("none of it was taken:", feed(x[6 * row:], 2), ready(of_x))
attempt("list", m.feed, [0] * row)
attempt("int", m.feed, row)
attempt("str", m.feed, "x" * row)
attempt("run without", m.run)
attempt("steps without", next, m.steps())
attempt("run with too little", m.run, bytes(row))
attempt("feed what is held", whole.feed, bytes(row))

m = tinyml.load("reals_rows.tml")   # of float32
row = 3 * 2
numbers = [0.3 * i - 3 for i in range(24)]
q = bytes([max(-128, min(127, round(number / 0.1) + 5)) & 255 for number in numbers])
wanted = bytes(m.run(q))
print(m.input_dtype, m.output_dtype)
print("int8", feed(q, 1, 1, 2), ready(wanted))
print("list", [m.feed(numbers[at:at + row]) for at in range(0, 24, row)], ready(wanted))
print("rows of a list", m.feed(numbers[:12]), m.feed(tuple(numbers[12:])), ready(wanted))
rows = [array("f", numbers[at:at + row]) for at in range(0, 24, row)]
print("arrays", [m.feed(one) for one in rows], ready(wanted))
print("memoryview", m.feed(memoryview(array("f", numbers))), ready(wanted))
print("bytes of floats", m.feed(pack("<24f", *numbers)), ready(wanted))
for given in numbers, array("f", numbers), pack("<24f", *numbers):
    m.run(bytes(24))
    print("run", bytes(m.run(given)) == wanted)
m.run(bytes(24))
for _ in m.steps(numbers):
    pass
print("steps", ready(wanted))
attempt("half a row", m.feed, numbers[:3])
attempt("array of too many", m.feed, array("f", numbers + numbers))
attempt("short list", m.run, numbers[:6])
attempt("short bytes", m.run, bytes(6))
attempt("int", m.feed, 1)

m.close()
attempt("closed", m.feed, q)
