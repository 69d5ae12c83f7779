# SPDX-License-Identifier: MIT
"""What can go wrong with a deployment: one clear line, and nothing broken under a real name."""
import json
from dataclasses import replace

import pytest

from tests.plugged import plugged, write_model
from tests.test_cli import fails, succeeds
from tests.test_probe import OTHER_SYS, WITHOUT
from tinyml.deploy import deploy, install
from tinyml.errors import DeviceError, FitError
from tinyml.schedule import decode, encode
from tinyml.transfer import digests

SMALL = """\
import emulated, os, sys, vfs
class Disk:
    memory = memoryview(emulated.ramdisk())[-{blocks} * 4096:]
    def readblocks(self, block, buffer, offset=0):
        start = block * 4096 + offset
        buffer[:] = self.memory[start:start + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        start = block * 4096 + offset
        self.memory[start:start + len(buffer)] = buffer
    def ioctl(self, request, _):
        return {{4: {blocks}, 5: 4096}}.get(request, 0)
try:
    vfs.mount(vfs.VfsLfs2(Disk()), "/small")
except OSError:
    vfs.VfsLfs2.mkfs(Disk())
    vfs.mount(vfs.VfsLfs2(Disk()), "/small")
os.chdir("/small")
sys.path.append("/")
"""


@pytest.fixture(scope="module")
def m4f():
    with plugged("m4f") as emulated:
        install(emulated.port)
        yield emulated


@pytest.fixture
def old(m4f, tmp_path):
    """A model that is on the board; its bytes."""
    path = write_model(tmp_path / "m.tml", weights=128)
    deploy(path, m4f.port)
    return path.read_bytes()


def other(tmp_path, weights=128):
    """Another model, with the name of the old one."""
    return write_model(tmp_path / "m.tml", weights=weights, seed=9)


def holds(m4f, data):
    """The board has these bytes under the model's name, and nothing half done."""
    return (m4f.digest("m.tml") in digests(data)
            and not [name for name in m4f.files() if name.endswith(".part")])


# Flash


@pytest.fixture
def full(m4f, tmp_path):
    """Starts on a file system on which nothing as large as its model has room beside it."""
    m4f.put("boot.py", SMALL.format(blocks=6).encode())
    deploy(write_model(tmp_path / "m.tml", weights=128), m4f.port)
    yield m4f
    m4f.run("import os\nos.remove('/small/m.tml')\nos.remove('/boot.py')")


def test_full_flash_is_told_before_anything_is_sent(full, tmp_path):
    old = (tmp_path / "m.tml").read_bytes()
    told = fails("deploy", other(tmp_path, 600), "--on", full.port)
    assert "no room on its file system for m.tml: " in told and "; remove files there" in told
    assert holds(full, old)


def test_flash_that_fills_up_on_the_way_is_told(full, tmp_path, monkeypatch):
    old = (tmp_path / "m.tml").read_bytes()
    monkeypatch.setattr("tinyml.deploy.files._old_in_the_way", lambda *_: [])
    with pytest.raises(FitError, match="no room on its file system for m.tml: "):
        deploy(other(tmp_path, 600), full.port)
    assert holds(full, old)


def test_where_there_is_no_room_for_both_the_old_model_goes_first(full, tmp_path):
    new = other(tmp_path)
    assert deploy(new, full.port).tried.exact == 2
    assert holds(full, new.read_bytes())


def test_ctrl_c_leaves_nothing_half_done(m4f, old, tmp_path):
    def watch(name, size):
        def tell(count):
            raise KeyboardInterrupt
        return tell

    with pytest.raises(KeyboardInterrupt):
        deploy(other(tmp_path), m4f.port, watch=watch)
    assert holds(m4f, old)


# What is on the board


def flip(m4f, name, place):
    m4f.run(f"f = open({name!r}, 'r+b')\nf.seek({place})\nb = f.read(1)[0]\nf.seek({place})\n"
              "f.write(bytes([b ^ 1]))\nf.close()")


def test_a_flipped_byte_is_found_before_the_first_run_and_repaired(m4f, old, tmp_path):
    flip(m4f, "m.tml", len(old) // 2)
    with pytest.raises(DeviceError, match="checksum is wrong"):
        m4f.run("import tinyml\ntinyml.load('m.tml')")
    told = deploy(tmp_path / "m.tml", m4f.port)
    assert [path for path, size in told.sent.items() if size] == ["m.tml"]
    assert holds(m4f, old)


def test_a_flipped_byte_in_a_module_is_repaired(m4f, old, tmp_path):
    flip(m4f, "_tinyml.mpy", 9000)
    told = deploy(tmp_path / "m.tml", m4f.port)
    assert [path for path, size in told.sent.items() if size] == ["_tinyml.mpy"]


def test_a_byte_that_is_flipped_on_the_way_is_found(m4f, old, tmp_path, monkeypatch):
    """What was written is read back."""
    monkeypatch.setattr("tinyml.transfer.b64encode",
                        lambda data: __import__("base64").b64encode(bytes(len(data))))
    with pytest.raises(DeviceError, match="`m.tml.part` did not arrive as it was sent; try again"):
        deploy(other(tmp_path), m4f.port)
    assert holds(m4f, old)


def test_a_model_that_is_not_exact_there_does_not_take_the_place_of_the_old(m4f, old, tmp_path):
    new = other(tmp_path)
    schedule = decode(new.read_bytes())
    (seed, output), second = schedule.vectors
    new.write_bytes(encode(replace(schedule, vectors=((seed, bytes(len(output))), second))))
    told = fails("deploy", new, "--on", m4f.port)
    assert "only 1 of 2 golden vectors of `m.tml.part` are exact there: please report it" in told
    assert holds(m4f, old)


# The board


def boots_as(m4f, **facts):
    """From now on the board says of itself what another would."""
    facts = {"name": "micropython", "version": (1, 25, 0), "mpy": 6 | 3 << 8 | 7 << 10,
             "path": [""], "platform": "qemu", "maxsize": 0x7fffffff} | facts
    m4f.put("boot.py", OTHER_SYS.format(**facts).encode())


@pytest.mark.parametrize("facts, words", [
    ({"version": (1, 22, 2), "mpy": 6 | 2 << 8 | 7 << 10}, "MicroPython 1.22.2 loads native modules "
     "of version 6.2, ours are 6.3: flash MicroPython 1.23 or newer"),
    ({"mpy": 6 | 3 << 8 | 10 << 10}, "there is no module for xtensawin, only for"),
    ({"name": "circuitpython"}, "runs circuitpython, not MicroPython"),
])
@pytest.mark.parametrize("command", ["install", "deploy"])
def test_a_board_that_takes_no_module_is_told(m4f, tmp_path, facts, words, command):
    before = m4f.files()
    boots_as(m4f, **facts)
    model = [write_model(tmp_path / "m.tml")] if command == "deploy" else []
    assert words in fails(command, *model, "--on", m4f.port)
    m4f.run("import os\nos.remove('boot.py')")
    assert m4f.files() == before


def test_a_module_for_another_processor_is_told_by_the_board(tmp_path):
    """Had it lied about its architecture."""
    with plugged("m0") as m0:
        boots_as(m0)
        told = fails("deploy", write_model(tmp_path / "m.tml"), "--on", m0.port)
        assert "ImportError: _tinyml.mpy is for another processor" in told
        assert not [name for name in m0.files() if name.startswith("m.tml")]


def test_a_board_without_sha256_is_checked_all_the_same(m4f, old, tmp_path):
    m4f.put("boot.py", WITHOUT.format(module="hashlib").encode())
    assert not any(deploy(tmp_path / "m.tml", m4f.port).sent.values())
    new = other(tmp_path)
    deploy(new, m4f.port)
    m4f.run("import os\nos.remove('boot.py')")
    assert holds(m4f, new.read_bytes())


def test_a_board_that_resets_while_a_model_runs_is_told(m4f, old, tmp_path):
    """As through a USB bridge: the line stays, and the board begins to talk anew."""
    boots = "\r\nMicroPython v1.25.0 on 2026-11-21; a board\r\nType \"help()\" for more.\r\n>>> "
    with m4f.place() as place:
        with pytest.raises(DeviceError, match="it was reset while a program ran"):
            place.run(f"print({boots!r}, end='')\nimport time\ntime.sleep(2)", timeout=20)


# The line


def cut_after(board, size):
    """A watch that cuts the power when that much of a file was sent."""
    def watch(name, whole):
        left = [size]

        def tell(count):
            left[0] -= count
            if left[0] < 0 <= left[0] + count:
                board.cut_power()
        return tell
    return watch


def test_a_board_that_is_unplugged_keeps_the_old_model(tmp_path):
    model = write_model(tmp_path / "m.tml", weights=128)
    with plugged("m4f") as board:
        deploy(model, board.port)
        old = model.read_bytes()
        new = other(tmp_path)
        with pytest.raises(DeviceError, match="the connection was lost|no end after") as caught:
            deploy(new, board.port, watch=cut_after(board, 4000))
        assert "\n" not in str(caught.value)
        board.power_on()
        assert board.digest("m.tml") in digests(old)
        assert deploy(new, board.port).tried.exact == 2
        assert holds(board, new.read_bytes())


def test_the_command_line_tells_what_it_did(m4f, tmp_path):
    model = write_model(tmp_path / "told.tml")
    shown = succeeds("deploy", model, "--on", m4f.port)
    assert "told.tml" in shown and "bytes sent" in shown and "2 of 2" in shown
    figures = json.loads(succeeds("deploy", model, "--on", m4f.port, "--json"))
    assert figures["exact"] == figures["vectors"] == 2 and not any(figures["sent"].values())
    assert figures["on"] == m4f.port and figures["arch"] == "armv7emsp"
