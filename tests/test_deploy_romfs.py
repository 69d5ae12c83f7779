# SPDX-License-Identifier: MIT
"""Models and modules in the ROMFS partition of a board, where weights are used in place."""
import pytest

from tests.plugged import plugged, write_model
from tinyml.deploy import deploy, install
from tinyml.errors import DeviceError, FitError
from tinyml.transfer import digests

MODULES = {"/rom/_tinyml.mpy", "/rom/tinyml.mpy", "/rom/tinyml_statuses.mpy",
           "/rom/tinyml_paging.mpy"}

# Partitions of other kinds: `sys.modules` gives programs this module instead of the firmware's.
FAKE = """\
import sys, vfs as real
class Partition(memoryview):
    def ioctl(self, request, argument):
        if request == 6:
            real.rom_ioctl(4, 0, argument * 4096, bytes([255] * 4096))
        return {4: len(self) // 4096, 5: 4096, 6: 0}[request]
    def writeblocks(self, block, data, offset=0):
        real.rom_ioctl(4, 0, block * 4096 + offset, data)
class Vfs:
    def __getattr__(self, name):
        return getattr(real, name)
"""
BLOCK_DEVICE = FAKE + """\
    def rom_ioctl(self, request, *more):
        return Partition(real.rom_ioctl(2, 0)) if request == 2 else real.rom_ioctl(request, *more)
sys.modules["vfs"] = Vfs()
"""
ERASED_IN_PARTS = FAKE + """\
    def rom_ioctl(self, request, *more):
        if request == 6:
            return 4096
        if request == 3:
            at, size = more[1:]
            real.rom_ioctl(4, 0, at, bytes([255] * size))
            return 8
        return real.rom_ioctl(request, *more)
sys.modules["vfs"] = Vfs()
"""
NO_PARTITION = FAKE + """\
    def rom_ioctl(self, request, *more):
        return 0
sys.modules["vfs"] = Vfs()
"""


@pytest.fixture(scope="module")
def m4f():
    with plugged("m4f") as emulated:
        yield emulated


def sent(deployed):
    return {path for path, size in deployed.sent.items() if size}


def in_rom(board):
    return {"/rom/" + name for name in board.run("import os\nprint(*os.listdir('/rom'))").split()}


def test_a_model_runs_where_it_lies(m4f, tmp_path):
    model = write_model(tmp_path / "first.tml", weights=600)
    done = deploy(model, m4f.port, romfs=True)
    assert sent(done) == in_rom(m4f) == MODULES | {"/rom/first.tml"}
    assert done.path == "/rom/first.tml" and done.tried.exact == 2
    assert done.tried.heap_used < done.file_bytes
    assert not sent(deploy(model, m4f.port, romfs=True))
    assert m4f.files() == ["rom"]


def test_what_else_is_there_stays(m4f, tmp_path):
    first = write_model(tmp_path / "a.tml")
    deploy(first, m4f.port, romfs=True)
    deploy(write_model(tmp_path / "b.tml", seed=2), m4f.port, romfs=True)
    assert {"/rom/a.tml", "/rom/b.tml"} < in_rom(m4f)
    assert m4f.digest("/rom/a.tml") in digests(first.read_bytes())
    install(m4f.port, romfs=True)
    assert {"/rom/a.tml", "/rom/b.tml"} < in_rom(m4f)


def test_modules_on_the_file_system_give_way(tmp_path):
    """Import would find them first, and take RAM for them."""
    with plugged("m0") as board:
        install(board.port, core=True)
        deploy(write_model(tmp_path / "m.tml"), board.port, romfs=True)
        assert board.files() == ["rom"]
        assert "/rom/" in board.run("import tinyml\nprint(tinyml.__file__)")


def test_modules_in_romfs_serve_models_on_the_file_system(m4f, tmp_path):
    install(m4f.port, romfs=True)
    done = deploy(write_model(tmp_path / "c.tml"), m4f.port)
    assert sent(done) == {"c.tml"} and MODULES < set(done.sent)
    m4f.run("import os\nos.remove('c.tml')")


def test_half_an_image_is_no_file_system(m4f, tmp_path):
    """The host is gone in the middle; its successor begins anew."""
    def watch(name, size):
        def tell(count):
            nonlocal size
            size -= 2 * count
            if size < 0:
                raise InterruptedError
        return tell

    deploy(write_model(tmp_path / "old.tml"), m4f.port, romfs=True)
    model = write_model(tmp_path / "m.tml", seed=3)
    with pytest.raises(InterruptedError):
        deploy(model, m4f.port, romfs=True, watch=watch)
    assert m4f.run("import os\nprint('rom' in os.listdir('/'))") == "False\n"
    assert sent(deploy(model, m4f.port, romfs=True)) == MODULES | {"/rom/m.tml"}


@pytest.mark.parametrize("kind", [BLOCK_DEVICE, ERASED_IN_PARTS], ids=["block device", "in parts"])
def test_partitions_of_other_firmware_are_written(m4f, tmp_path, kind):
    m4f.put("boot.py", kind.encode())
    model = write_model(tmp_path / "m.tml", seed=5 + len(kind))
    done = deploy(model, m4f.port, romfs=True)
    assert "/rom/m.tml" in sent(done) and done.tried.exact == 2
    assert not sent(deploy(model, m4f.port, romfs=True))
    m4f.run("import os\nos.remove('boot.py')")


def test_a_board_without_a_partition_is_told(m4f, tmp_path):
    m4f.put("boot.py", NO_PARTITION.encode())
    with pytest.raises(DeviceError, match="has no ROMFS partition that can be written: deploy with"):
        deploy(write_model(tmp_path / "m.tml"), m4f.port, romfs=True)
    m4f.run("import os\nos.remove('boot.py')")


def test_an_image_too_large_for_the_partition_is_told(m4f, tmp_path, monkeypatch):
    before = in_rom(m4f)
    monkeypatch.setattr("tinyml.deploy.rom.build_romfs", lambda files: bytes(9 << 20))
    with pytest.raises(FitError, match="an image of 9437184 bytes, its ROMFS partition has 8388608"):
        deploy(write_model(tmp_path / "m.tml"), m4f.port, romfs=True)
    assert in_rom(m4f) == before
