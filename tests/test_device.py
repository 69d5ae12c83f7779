# SPDX-License-Identifier: MIT
"""Places where MicroPython runs: emulated boards through mpremote, and this machine."""

import os
import pty

import pytest

from tinyml.board import load_board
from tinyml.device import open_place
from tinyml.emulator import FIRMWARE
from tinyml.errors import BoardError, DeviceError
from tinyml.unix_port import PROGRAM

FILE = bytes(range(256)) * 20 + b"end"
ROM = {"odd": b"x", "model.tml": FILE, "lib/told.py": b"answer = 42\n"}


def open_or_skip(name, **options):
    if name == "unix" and not PROGRAM.exists():
        pytest.skip("python3 tasks.py build unix")
    if name not in ("unix", "unix-new") and not (FIRMWARE / f"{name}.elf").exists():
        pytest.skip(f"python3 tasks.py build {name}")
    return open_place(name, **options)


@pytest.fixture(scope="module")
def place(place_name):
    with open_or_skip(place_name, rom=ROM) as opened:
        yield opened


def test_a_program_prints(place):
    assert place.run("print('a\\nb')\nprint(6 * 7)") == "a\nb\n42\n"


def test_a_file_arrives_under_its_name(place):
    place.put("data.bin", FILE)
    program = "import os, hashlib\nh = hashlib.sha256(open('data.bin', 'rb').read())\n"
    program += "print(len(h.digest()), os.stat('data.bin')[6], 'data.bin.part' in os.listdir())"
    assert place.run(program) == f"32 {len(FILE)} False\n"


def test_a_file_is_replaced(place):
    place.put("twice", b"first, longer")
    place.put("twice", b"second")
    assert place.run("print(open('twice').read())") == "second\n"


def test_an_exception_is_its_last_line(place):
    with pytest.raises(DeviceError, match=": ValueError: no$") as caught:
        place.run("print('before')\ndef f():\n    raise ValueError('no')\nf()")
    assert caught.value.detail.startswith("before\nTraceback")
    assert 'File "<stdin>", line 3, in f' in caught.value.detail


def test_a_place_outlives_an_exception(place):
    with pytest.raises(DeviceError):
        place.run("1 / 0")
    assert place.run("print('alive')") == "alive\n"


def test_rom_is_mounted_and_importable(place):
    assert place.run("import told\nprint(told.answer)") == "42\n"


def test_rom_files_are_used_in_place(place):
    program = "import gc, uctypes\ngc.collect()\nbefore = gc.mem_alloc()\n"
    program += "view = memoryview(open('/rom/model.tml', 'rb'))\nused = gc.mem_alloc() - before\n"
    program += "print(len(view), view[255], uctypes.addressof(view) % 16, used < 1000)"
    assert place.run(program) == f"{len(FILE)} 255 0 True\n"


def test_the_native_architecture_is_that_of_the_board_file(board):
    with open_or_skip(board) as place:
        assert place.arch == load_board(board).arch


def test_the_free_heap_is_that_of_the_board_file(board):
    with open_or_skip(board) as place:
        free = int(place.run("import gc\ngc.collect()\nprint(gc.mem_free())"))
    assert abs(free - load_board(board).ram_bytes) < 512


@pytest.mark.parametrize("heap", [65536, 8 << 20])
def test_the_heap_has_the_size_asked_for(board, heap):
    with open_or_skip(board, heap=heap) as place:
        whole = int(place.run("import gc\nprint(gc.mem_free() + gc.mem_alloc())"))
    assert heap * 0.96 < whole <= heap  # MicroPython's own tables take the rest


def test_a_heap_out_of_range_is_refused(board):
    with pytest.raises(DeviceError, match="allowed are 16384 to 8388608"):
        open_or_skip(board, heap=1 << 30)


def test_files_too_large_for_the_partition_are_refused(board):
    with pytest.raises(DeviceError, match="the ROMFS partition has 8388608"):
        open_or_skip(board, rom={"big": bytes(9 << 20)})


def test_a_program_without_end_is_stopped(place_name):
    with open_or_skip(place_name) as place:
        with pytest.raises(DeviceError, match="no end after 0.2 s"):
            place.run("while True:\n    pass", timeout=0.2)


def test_a_dead_emulator_is_told():
    unaligned = "@micropython.viper\ndef read() -> int:\n    return ptr32(0x20000002)[0]\nread()"
    with open_or_skip("m0") as place:
        with pytest.raises(DeviceError, match="the emulated board stopped: CPU fault 3: pc=0x"):
            place.run(unaligned)


def test_a_missing_port_is_told():
    with pytest.raises(DeviceError, match="port `/dev/ttyNONE9` does not exist; "):
        open_place("/dev/ttyNONE9")


def test_what_is_no_serial_port_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DeviceError, match="cannot be opened: not a serial port"):
        open_place(str(tmp_path / "file"))


def test_a_silent_port_is_told(monkeypatch):
    monkeypatch.setattr("tinyml.device.ANSWER_SECONDS", 0.3)
    ours, theirs = pty.openpty()
    try:
        with pytest.raises(DeviceError, match="no MicroPython answers at /dev/pts/"):
            open_place(os.ttyname(theirs))
    finally:
        os.close(ours)
        os.close(theirs)


def test_an_unknown_place_is_told():
    with pytest.raises(BoardError, match="board `nowhere` is unknown"):
        open_place("nowhere")


def test_missing_firmware_says_what_to_type(monkeypatch, tmp_path):
    monkeypatch.setattr("tinyml.emulator.FIRMWARE", tmp_path)
    with pytest.raises(DeviceError, match="`python3 tasks.py build m4f`"):
        open_place("m4f")


def test_missing_qemu_says_what_to_type(monkeypatch):
    monkeypatch.setattr("tinyml.emulator.shutil.which", lambda _: None)
    with pytest.raises(DeviceError, match="needs `qemu-system-arm`: install QEMU"):
        open_place("m4f")


def test_heap_and_rom_are_refused_for_a_real_board():
    with pytest.raises(DeviceError, match="is a real board"):
        open_place("/dev/ttyACM0", heap=65536)
