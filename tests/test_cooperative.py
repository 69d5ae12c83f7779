# SPDX-License-Identifier: MIT
"""A model that runs in pieces leaves time for others: on a board, while the largest one runs."""
import re
from pathlib import Path

import pytest

from tests.shared import SHARED
from tests.test_device import open_or_skip
from tests.test_mpy import built, residuals
from tinyml.board import load_board
from tinyml.options import Options
from tinyml.pack import pack
from tinyml.remote import PYTHON_PARTS, module_path
from tinyml.schedule import decode

MOBILENET = SHARED / "models/tflm/mobilenet_v2_quantized_1x3x224x224.tflite"
MOST_US = 5000                  # between two turns of somebody else
HEAP = 1 << 20
PROGRAM = """\
import asyncio, os, time
os.chdir("/rom")
import tinyml
from _tinyml import noise

m = tinyml.load("model.tml")
m.run_noise(1)
expected = bytes(m.output)
noise(1, m.input)
worst = turns = 0
done = False

async def other():
    global worst, turns
    last = time.ticks_us()
    while not done:
        await asyncio.sleep(0)
        now = time.ticks_us()
        worst = max(worst, time.ticks_diff(now, last))
        turns += 1
        last = now

async def main():
    global done
    task = asyncio.create_task(other())
    await asyncio.sleep(0)
    for _ in m.steps():
        await asyncio.sleep(0)
    done = True
    await task

asyncio.run(main())
print(worst, turns, bytes(m.output) == expected)
"""
BEFORE = """\
import os, sys
os.chdir("/rom")
import tinyml

class Pin:
    OUT, turns = 1, 0
    def __init__(self, number, mode):
        pass
    def value(self, *given):
        Pin.turns += len(given)

class machine:
    Pin = Pin

sys.modules["machine"] = machine
m = tinyml.load("model.tml")
tinyml.noise(1, m.input)
photo = None
"""
AFTER = """
m.run_noise(1)
print(Pin.turns, label == m.top(1)[0][0])
"""
TIMES = """\
import os, time
os.chdir("/rom")
import tinyml

m = tinyml.load("model.tml")
for us in 0, 400, 2000:
    m.run_noise(1)
    expected = bytes(m.output)
    worst = turns = 0
    tinyml.noise(1, m.input)
    last = time.ticks_us()
    for _ in m.steps(us=us):
        now = time.ticks_us()
        worst = max(worst, time.ticks_diff(now, last))
        turns += 1
        last = now
    print(worst, turns, bytes(m.output) == expected)
"""


def example():
    """The program of the manual in which an LED blinks."""
    page = (Path(__file__).resolve().parents[1] / "docs/on-the-board.md").read_text()
    (program,) = (text for text in re.findall(r"^```py\n(.*?)^```", page, re.M | re.S) if "Pin" in text)
    return re.sub(r"print\((await .*?)\) +#.*", r"global label\n    label = \1", program)


def on_m4f(program, packed):
    """What it prints beside the packed model."""
    files = {name: built(name) for name in (*PYTHON_PARTS, module_path("armv7emsp"))}
    rom = {name.split("/")[-1]: file for name, file in files.items()} | {"model.tml": packed}
    with open_or_skip("m4f", heap=HEAP, rom=rom) as place:
        return place.run(program, timeout=600).split()


@pytest.fixture(scope="module")
def packed():
    if not MOBILENET.exists():
        pytest.skip("../shared is not here")
    return pack(MOBILENET, options=Options(short_steps=True)).file


def test_somebody_else_has_a_turn_every_5_ms_while_mobilenet_runs(packed):
    worst, turns, exact = on_m4f(PROGRAM, packed)
    assert exact == "True"
    assert int(turns) > 1000 and int(worst) < MOST_US


def test_an_led_blinks_while_mobilenet_runs(packed):
    """As the manual says: ten times a second, during 390 million instructions of 8 ns."""
    turns, exact = on_m4f(BEFORE + example() + AFTER, packed)
    assert exact == "True" and int(turns) >= 30


def test_pieces_are_as_long_as_they_may_be(board, tmp_path):
    """Each ends with the first step that is over the time, so they are fewer."""
    path = tmp_path / "residuals.tflite"
    path.write_bytes(residuals())
    file = pack(path, options=Options(goal="smallest", stages="rings")).file
    rom = {name: built(name) for name in PYTHON_PARTS}
    rom |= {"_tinyml.mpy": built(module_path(load_board(board).arch)), "model.tml": file}
    with open_or_skip(board, rom=rom) as place:
        said = [line.split() for line in place.run(TIMES).splitlines()]
    assert [exact for *_, exact in said] == ["True"] * 3
    single, short, long = [(int(worst), int(turns)) for worst, turns, _ in said]
    assert 400 <= short[0] < 400 + single[0] and 2000 <= long[0] < 2000 + single[0]
    assert single[1] > 10 * short[1] > 30 * long[1] > 0


def test_short_steps_change_no_output(packed):
    plain = decode(pack(MOBILENET).file)
    assert decode(packed).vectors == plain.vectors
    assert len(decode(packed).steps) > len(plain.steps)
