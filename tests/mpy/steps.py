# SPDX-License-Identifier: MIT
# A run in pieces, while another task does something; then runs that are given up.
import asyncio

import tinyml

m = tinyml.load("small.tml")
x = bytes(range(len(m.input)))
whole = bytes(m.run(x))
turns = []


async def infer():
    for _ in m.steps(x):
        turns.append("m")
        await asyncio.sleep(0)
    turns.append("done")


async def blink():
    while "done" not in turns:
        turns.append("b")
        await asyncio.sleep(0)


async def both():
    await asyncio.gather(infer(), blink())


asyncio.run(both())
print("exact", bytes(m.output) == whole)
pieces = turns.count("m")
print("in turn", pieces > 1, abs(turns.count("b") - pieces) <= 1, "mm" not in "".join(turns))

for given_up_after in range(1, pieces + 1):
    begun = m.steps(bytes(len(x)))
    for _ in range(given_up_after):
        next(begun)
    if bytes(m.run(x)) != whole:
        print("a run given up after", given_up_after, "leaves something behind")
print("given up", pieces == sum(1 for _ in m.steps(x)))

together = sum(1 for _ in m.steps(x, us=200))
print("together", bytes(m.output) == whole, together <= pieces)
print("all at once", sum(1 for _ in m.steps(x, us=10**8)), bytes(m.output) == whole)

m.close()
try:
    next(m.steps())
except ValueError as error:
    print(error)
