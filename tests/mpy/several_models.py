# SPDX-License-Identifier: MIT
# Models that take turns in one arena, and that are swapped there: no room is lost.
import gc

import tinyml

try:
    from emulated import largest_free
except ImportError:             # only emulated boards tell
    def largest_free():
        return 0


def free():
    gc.collect()
    return (gc.mem_free(), largest_free()) if hasattr(gc, "mem_free") else (0, 0)


def given(m):
    return bytes(index * 7 & 255 for index in range(len(m.input)))


NAMES = ("larger.tml", "small.tml", "feedback.tml", "pixels.tml")
inputs, wanted, most = [], [], 0
for name in NAMES:
    with tinyml.load(name) as m:
        most = max(most, m.info["arena_bytes"])
        inputs.append(given(m))
        wanted.append(bytes(m.run(inputs[-1])))
arena = bytearray(most)

models = [tinyml.load(name, arena=arena) for name in NAMES]
for _ in range(3):
    print("in turns", [bytes(m.run(x)) == y for m, x, y in zip(models, inputs, wanted)])
print("selftests", [m.selftest() for m in models])
run = models[0].steps(inputs[0])
next(run)
models[1].run(inputs[1])
try:
    next(run)
except ValueError as error:     # and memory beyond is not touched
    print(error)
for m in models:
    m.close()
m = models = run = None


def swap(name, x, y):
    with tinyml.load(name, arena=arena) as m:
        return bytes(m.run(x)) == y


def swap_all(times):
    exact = True
    for _ in range(times):
        for index in range(len(NAMES)):
            exact = swap(NAMES[index], inputs[index], wanted[index]) and exact
    return exact


rooms = [free(), free()]
for turn in range(2):
    print("swapped", swap_all(20))
    rooms[turn] = free()
print("room as before", rooms[0] == rooms[1])

# The file has a place of its own too: nothing large is allocated when another model comes.
with open("small.tml", "rb") as file:
    small = file.read()
with open("pixels.tml", "rb") as file:
    pixels = file.read()
place = bytearray(max(len(small), len(pixels)))


def bring(content, x, y):
    place[:len(content)] = content      # from a file: file.readinto(place)
    with tinyml.Model(place, arena) as m:
        return bytes(m.run(x)) == y


print("in place", [bring(small, inputs[1], wanted[1]) and bring(pixels, inputs[3], wanted[3])
                   for _ in range(10)].count(True))
