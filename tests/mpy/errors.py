# SPDX-License-Identifier: MIT
# Everything that can be given wrongly, and what is said then.
import tinyml


def attempt(what, call, *args):
    try:
        call(*args)
        print(what, "- nothing")
    except Exception as error:
        print(what, "-", type(error).__name__ + ":", error)


def changed(at, by=1):
    file = bytearray(good)
    file[at] ^= by
    return file


with open("small.tml", "rb") as file:
    good = bytearray(file.read())
m = tinyml.Model(good)
size = len(m.input)
before = bytes(m.run(bytes(size)))

attempt("short input", m.run, bytes(size - 1))
attempt("long input", m.run, bytes(size + 1))
attempt("empty input", m.run, b"")
attempt("list", m.run, [0] * size)
attempt("int", m.run, 5)
attempt("float", m.run, 5.5)
attempt("str", m.run, "x" * size)
attempt("function", m.run, attempt)
attempt("short input in steps", next, m.steps(bytes(1)))
print("still runs", bytes(m.run(bytes(size))) == before)

Model = tinyml.Model
attempt("nothing", Model, b"")
attempt("half a header", Model, good[:20])
attempt("header only", Model, good[:40])
attempt("one byte less", Model, good[:-1])
attempt("half", Model, good[:len(good) // 8 * 4])
attempt("another file", Model, bytes(100))
attempt("a text", Model, b"import tinyml\n" * 8)
attempt("future version", Model, changed(8))
attempt("other packing", Model, changed(10))
attempt("bit of the checksum", Model, changed(4))
attempt("bit of the arena's size", Model, changed(24))
attempt("highest bit of the arena's size", Model, changed(27, 128))
attempt("bit of a step", Model, changed(200))
attempt("last bit of the weights", Model, changed(len(good) - 1, 128))
attempt("two models in one file", Model, good + good)

arena = m.info["arena_bytes"]
padded = memoryview(b"x" + bytes(good) + bytes(3))
attempt("unaligned schedule", Model, padded[1:])
attempt("no arena", Model, good, bytearray(0))
attempt("small arena", Model, good, bytearray(arena - 1))
attempt("exact arena", Model, good, bytearray(arena))
for by in (1, 2, 3, 4):
    attempt("arena off by %d" % by, Model, good, memoryview(bytearray(arena + 4))[by:])
try:
    tinyml.load("missing.tml")
except OSError as error:
    print("missing file - OSError", error.errno)

floats = tinyml.load("floats.tml")
attempt("short list", floats.run, [0.0] * 3)
attempt("long list", floats.run, (0.0,) * 5)
attempt("text for numbers", floats.run, "1234")
attempt("one number", floats.run, 1.5)
attempt("half of the numbers", floats.run, bytes(8))

m.close()
for call in (m.run, m.selftest, m.values, m.top):
    attempt("closed", call)
