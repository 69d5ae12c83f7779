# SPDX-License-Identifier: MIT
# A run allocates nothing: not with bytes, not with what was written in place.
import tinyml

try:
    from micropython import heap_lock, heap_unlock
except ImportError:             # CPython has no lock on its heap
    def heap_lock():
        pass

    heap_unlock = heap_lock


def locked(x):
    heap_lock()
    try:
        return m.run(x)
    finally:
        heap_unlock()


m = tinyml.load("small.tml")
x = bytes(range(len(m.input)))
changeable, view = bytearray(x), memoryview(x)
wanted = bytes(m.run(x))
print("bytes", bytes(locked(x)) == wanted)
print("bytearray", bytes(locked(changeable)) == wanted)
print("memoryview", bytes(locked(view)) == wanted)
m.input[:] = x
print("in place", bytes(locked(None)) == wanted)


def locked_steps(steps):        # the generator is one object; going on makes none
    heap_lock()
    try:
        for _ in steps:
            pass
    finally:
        heap_unlock()


locked_steps(m.steps(x))
print("steps", bytes(m.output) == wanted)



def locked_feed(image, size):
    rows = memoryview(image)
    parts = [rows[at:at + size] for at in range(0, len(image), size)]
    heap_lock()
    try:
        for part in parts:
            done = m.feed(part)
    finally:
        heap_unlock()
    return done


whole = wanted
m = tinyml.load("small_rows.tml")
for rows in (1, 2, 8):
    m.output[:] = bytes(len(m.output))
    print("feed", locked_feed(x, rows * m.ports(0)[0].row_bytes), bytes(m.output) == whole)

m = tinyml.load("paged_single.tml", paged=True)
x = bytes(range(240)) * 2
wanted = bytes(m.run(x))
print("paged", bytes(locked(x)) == wanted)

m = tinyml.load("floats.tml")
quantised = bytes([246, 0, 10, 100])
print("floats", bytes(locked(quantised)) == bytes(m.run(quantised)))
