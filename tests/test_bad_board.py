# SPDX-License-Identifier: MIT
"""What is told when a board, its module or its memory is wrong; and that nothing is left behind."""
import os
import pty
import signal
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.test_device import open_or_skip
from tools.tflite_builder import ModelBuilder
from tinyml.board import load_board
from tinyml.errors import DeviceError, FitError
from tinyml.pack import pack
from tinyml.remote import BUILT, PYTHON_PARTS, Remote

WRONG = "ImportError: _tinyml.mpy is for another processor or MicroPython: install the one for this"


@cache
def big():
    """A model whose arena is larger than a small heap."""
    return packed((1, 64, 64, 32))


@cache
def packed(shape):
    b = ModelBuilder()
    x = b.input(shape, 0.1, 0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.tflite"
        path.write_bytes(b.finish([b.relu6(x, out=(0.05, 0))]))
        return pack(path).file


def small():
    return packed((1, 2, 2, 4))


def built(name):
    if not (BUILT / name).exists():
        pytest.skip("python3 tasks.py build mpy")
    return (BUILT / name).read_bytes()


def try_module(board, module, **more):
    """What `import tinyml` and a selftest say on a board with that module."""
    rom = {"tinyml.mpy": built("tinyml.mpy"), "model.tml": small(), "_tinyml.mpy": module} | more
    with open_or_skip(board, rom=rom) as place:
        return place.run("import tinyml\nprint(*tinyml.load('/rom/model.tml').selftest())")


def children():
    """Processes that this one has started and that are still there."""
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        pytest.skip("needs /proc")
    return {int(child) for task in tasks.iterdir()
            for child in (task / "children").read_text().split()}


@contextmanager
def nothing_left():
    """No process, temporary folder or open file is left of what the block did."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        before, files = children(), len(os.listdir("/proc/self/fd"))
        yield
        left = children() - before
        for process in left:
            os.kill(process, signal.SIGKILL)
        assert not left, "an emulator is left"
        assert os.listdir(folder) == []
        assert len(os.listdir("/proc/self/fd")) <= files


# Modules


@pytest.mark.parametrize("name, arch", [("m0", "armv7emsp"), ("m0", "rv32imc"), ("m4f", "x64"),
                                         ("rv32", "armv6m")])
def test_a_module_for_another_processor_is_told(name, arch):
    with pytest.raises(DeviceError, match=WRONG):
        try_module(name, built(f"{arch}/_tinyml.mpy"))


def test_a_module_of_a_lesser_processor_will_do():
    assert try_module("m4f", built("armv6m/_tinyml.mpy")) == "2 2\n"


def test_a_module_for_another_micropython_is_told(board):
    module = bytearray(built(f"{load_board(board).arch}/_tinyml.mpy"))
    module[1] += 1              # the version of the .mpy format
    with pytest.raises(DeviceError, match=WRONG):
        try_module(board, module)


def test_a_missing_native_module_is_told():
    rom = {"tinyml.mpy": built("tinyml.mpy")}
    with open_or_skip("m0", rom=rom) as place:
        with pytest.raises(DeviceError, match="ImportError: no module named '_tinyml'"):
            place.run("import tinyml")


def test_a_refusal_without_its_words_is_told_by_number():
    rom = {"tinyml.mpy": built("tinyml.mpy"), "_tinyml.mpy": built("armv6m/_tinyml.mpy")}
    with open_or_skip("m0", rom=rom) as place:
        with pytest.raises(DeviceError, match="ValueError: refused: status 3 of docs/FORMAT.md"):
            place.run("import tinyml\ntinyml.Model(bytes(64))")


def test_a_refused_module_can_be_replaced_without_reset():
    """`import tinyml` failed and may be tried again."""
    rom = {"tinyml.mpy": built("tinyml.mpy"), "_tinyml.mpy": built("armv7emsp/_tinyml.mpy"),
           "lib/_tinyml.mpy": built("armv6m/_tinyml.mpy"), "model.tml": small()}
    with open_or_skip("m0", rom=rom) as place:
        with pytest.raises(DeviceError, match=WRONG):
            place.run("import tinyml")
        again = "import sys\nsys.path[:] = ['/rom/lib', '/rom']\nimport tinyml\n"
        assert place.run(again + "print(*tinyml.load('/rom/model.tml').selftest())") == "2 2\n"


# Memory


@pytest.mark.parametrize("name", ["m0", "m4f", "rv32"])
def test_an_arena_larger_than_the_heap_is_told(name):
    wanted = r"MemoryError: no room for the arena: (\d+) bytes in one piece are needed; pack the " \
             "model with less --ram, or free memory first"
    with nothing_left(), pytest.raises(DeviceError, match=wanted) as caught:
        open_or_skip_remote(name, big(), heap=65536)
    assert str(caught.value).startswith(f"`{name}`: ")
    assert "\n" not in str(caught.value)


def test_an_arena_larger_than_any_heap_is_refused_before_a_start():
    file = packed((1, 256, 256, 128))
    told = "`m0` has at most .* bytes of heap, the model needs"
    with nothing_left(), pytest.raises(FitError, match=told):
        open_or_skip_remote("m0", file)


def test_a_board_gets_the_heap_that_the_model_needs():
    with open_or_skip_remote("m0", big()) as remote:
        assert remote.selftest() == (2, 2)


def test_a_board_goes_on_after_it_had_no_room():
    rom = {"tinyml.mpy": built("tinyml.mpy"), "_tinyml.mpy": built("armv6m/_tinyml.mpy"),
           "big.tml": big(), "small.tml": small()}
    with open_or_skip("m0", rom=rom, heap=65536) as place:
        with pytest.raises(DeviceError, match="no room for the arena"):
            place.run("import tinyml\ntinyml.load('/rom/big.tml')")
        assert place.run("print(*tinyml.load('/rom/small.tml').selftest())") == "2 2\n"


def test_a_schedule_too_large_for_ram_is_told_before_it_is_read():
    """On a file system without ROM it has to be read into RAM."""
    rom = {"tinyml.mpy": built("tinyml.mpy"), "_tinyml.mpy": built("armv6m/_tinyml.mpy")}
    program = """\
import tinyml
class Os:
    stat = lambda _: [0] * 6 + [1 << 20]
tinyml.os = Os
open("x.tml", "w").close()
tinyml.load("x.tml")
"""
    with open_or_skip("m0", rom=rom) as place:
        with pytest.raises(DeviceError, match="no room for the schedule: 1048576 bytes in one"):
            place.run(program)


# Schedules


def test_a_damaged_schedule_is_told():
    file = small()[:-1] + bytes([small()[-1] ^ 1])
    with nothing_left(), pytest.raises(ValueError, match="checksum is wrong"):
        open_or_skip_remote("m0", file)


def test_a_schedule_in_rom_is_aligned_whatever_lies_beside_it():
    odd = {f"{n}.txt": b"x" * n for n in range(1, 20)}
    assert try_module("m0", built("armv6m/_tinyml.mpy"), **odd) == "2 2\n"


# Ports


def test_a_port_with_no_board_is_told():
    told = "port `/dev/ttyNONE9` does not exist"
    with nothing_left(), pytest.raises(DeviceError, match=told):
        Remote("/dev/ttyNONE9", small())


def test_a_port_with_a_silent_board_is_told(monkeypatch):
    monkeypatch.setattr("tinyml.device.ANSWER_SECONDS", 0.3)
    ours, theirs = pty.openpty()
    try:
        told = "no MicroPython answers at"
        with nothing_left(), pytest.raises(DeviceError, match=told):
            Remote(os.ttyname(theirs), small())
    finally:
        os.close(ours)
        os.close(theirs)


# Nothing is left behind


def test_a_remote_that_is_used_leaves_nothing():
    with nothing_left(), open_or_skip_remote("m0", small()) as remote:
        assert remote.selftest() == (2, 2)


def test_a_remote_whose_program_fails_leaves_nothing():
    with nothing_left(), pytest.raises(DeviceError, match="ZeroDivisionError"):
        with open_or_skip_remote("m0", small()) as remote:
            remote.place.run("1 / 0")


def test_a_remote_that_cannot_load_leaves_nothing(monkeypatch):
    monkeypatch.setattr("tinyml.remote.LOAD", "raise OSError({path!r})")
    with nothing_left(), pytest.raises(DeviceError, match="OSError: /rom/model.tml"):
        open_or_skip_remote("m0", small())


def test_a_remote_whose_cable_fails_leaves_nothing(monkeypatch):
    def put(place, name, data):
        raise DeviceError(f"`{name}` did not arrive")

    monkeypatch.setattr("tinyml.device.BoardPlace.put", put)
    with nothing_left(), pytest.raises(DeviceError, match="did not arrive"):
        open_or_skip_remote("m0", small(), over_cable=True)


def test_a_remote_without_a_built_module_leaves_nothing(monkeypatch, tmp_path):
    for name in PYTHON_PARTS:
        (tmp_path / name).write_bytes(built(name))
    monkeypatch.setattr("tinyml.remote.BUILT", tmp_path)
    with nothing_left(), pytest.raises(DeviceError, match="`_tinyml.mpy` for this board is not"):
        Remote("m0", small(), over_cable=True)


def open_or_skip_remote(name, file, **options):
    arch = load_board(name).arch
    built(f"{arch}/_tinyml.mpy")
    open_or_skip(name).close()
    return Remote(name, file, **options)
