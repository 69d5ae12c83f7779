# SPDX-License-Identifier: MIT
"""Models deployed to boards that stay on, through their serial line: copied, exact, timed."""
import pytest

from tests.plugged import plugged, write_model
from tests.shared import model_file, needs_shared
from tinyml.deploy import deploy, install
from tinyml.errors import DeviceError, FitError
from tinyml.remote import built, module_path
from tinyml.transfer import digests

MODULES = {"_tinyml.mpy", "tinyml.mpy", "tinyml_statuses.mpy", "tinyml_paging.mpy"}
FAT = """\
import emulated, vfs
class Disk:
    memory = memoryview(emulated.ramdisk())[2000000:]
    def readblocks(self, block, buffer):
        buffer[:] = self.memory[block * 512:block * 512 + len(buffer)]
    def writeblocks(self, block, buffer):
        self.memory[block * 512:block * 512 + len(buffer)] = buffer
    def ioctl(self, request, _):
        return {4: 2000, 5: 512}.get(request, 0)
try:
    vfs.mount(Disk(), "/flash")
except OSError:
    vfs.VfsFat.mkfs(Disk())
    vfs.mount(Disk(), "/flash")
import os, sys
os.chdir("/flash")
sys.path += ["/flash", "/flash/lib"]
"""


@pytest.fixture(scope="module")
def on(board):
    with plugged(board) as emulated:
        yield emulated


@pytest.fixture(scope="module")
def m4f():
    """With our modules, and nothing else that a test may count on."""
    with plugged("m4f") as emulated:
        install(emulated.port)
        yield emulated


def sent(deployed):
    """The names of the files that were sent."""
    return {path for path, size in deployed.sent.items() if size}


# Every board


def test_a_model_is_deployed_with_what_it_needs_and_only_once(on, tmp_path):
    model = write_model(tmp_path / "first.tml")
    first = deploy(model, on.port)
    assert sent(first) == MODULES | {"first.tml"} and first.build == "core"
    assert first.tried.exact == first.tried.vectors == 2
    assert first.tried.microseconds > 0 and 0 < first.tried.heap_used < 40000
    assert on.files() == sorted(sent(first))
    assert on.digest("first.tml") == digests(model.read_bytes())[0]
    again = deploy(model, on.port)
    assert not sent(again) and set(again.sent) == set(first.sent)
    write_model(model, seed=2)
    assert sent(deploy(model, on.port)) == {"first.tml"}
    assert on.digest("first.tml") == digests(model.read_bytes())[0]


def test_what_was_deployed_runs_in_a_program(on, tmp_path):
    deploy(write_model(tmp_path / "second.tml"), on.port)
    program = "import tinyml\nm = tinyml.load('second.tml')\nprint(m.selftest(), len(m.run(bytes(256))))"
    assert on.run(program) == "(2, 2) 16\n"


@needs_shared
def test_keyword_spotting_is_exact(on):
    done = deploy(model_file("mlperf_tiny/kws_ref_model"), on.port)
    assert done.tried.exact == done.tried.vectors == 2 and done.arena_bytes < 20000


@needs_shared
def test_person_detect_is_exact_from_romfs(on, request):
    if not request.config.getoption("--all"):
        pytest.skip("it takes minutes: --all")
    done = deploy(model_file("tflm/person_detect"), on.port, romfs=True)
    assert done.tried.exact == done.tried.vectors == 2 and done.path == "/rom/person_detect.tml"
    assert done.tried.heap_used < 80000 < done.file_bytes


@needs_shared
def test_person_detect_stays_in_its_file_where_the_heap_is_too_small(on, request):
    if not request.config.getoption("--all"):
        pytest.skip("it takes minutes: --all")
    done = deploy(model_file("tflm/person_detect"), on.port)
    assert done.tried.exact == done.tried.vectors == 2 and done.path == "person_detect.tml"
    assert done.file_bytes > done.tried.heap_used + done.tried.heap_free


# Modules


def test_install_brings_the_build_that_was_asked_for(m4f):
    assert sent(install(m4f.port, core=True)) == {"_tinyml.mpy"}
    assert m4f.digest("_tinyml.mpy") == digests(built(module_path("armv7emsp", "core")))[0]
    assert sent(install(m4f.port)) == {"_tinyml.mpy"}
    assert m4f.digest("_tinyml.mpy") == digests(built(module_path("armv7emsp")))[0]
    assert not sent(install(m4f.port))


def test_the_full_build_stays_for_other_models(m4f, tmp_path):
    assert deploy(write_model(tmp_path / "small.tml"), m4f.port).build == "full"


def test_modules_are_replaced_where_import_finds_them(tmp_path):
    with plugged("m0") as board:
        board.put("boot.py", b"import sys\nsys.path.append('/lib')\n")
        assert sent(install(board.port, core=True)) == {"/lib/" + name for name in MODULES}
        board.put("tinyml.mpy", b"an old one, before the other")
        assert sent(install(board.port, core=True)) == {"tinyml.mpy"}
        assert sent(deploy(write_model(tmp_path / "m.tml"), board.port)) == {"m.tml"}


def test_another_module_of_our_name_is_in_the_way(m4f, tmp_path):
    m4f.put("tinyml.py", b"print('mine')")
    with pytest.raises(DeviceError, match="`tinyml.py` is in the way of our module: rename"):
        deploy(write_model(tmp_path / "m.tml"), m4f.port)
    m4f.run("import os\nos.remove('tinyml.py')")


def test_a_fat_file_system_will_do(tmp_path):
    """There a file can't take the name of another; the library folder is made."""
    with plugged("m4f") as board:
        board.put("boot.py", FAT.encode())
        model = write_model(tmp_path / "m.tml")
        assert sent(deploy(model, board.port)) == {"/flash/lib/" + n for n in MODULES} | {"m.tml"}
        write_model(model, seed=2)
        assert sent(deploy(model, board.port)) == {"m.tml"}
        assert board.files() == ["lib", "m.tml"]
        assert board.digest("/flash/m.tml") == digests(model.read_bytes())[0]


# Room


@needs_shared
def test_a_model_is_packed_for_the_free_heap():
    """The fastest plan of all, of 16064 bytes, would leave too little to the user."""
    with plugged("m0", heap=72 * 1024) as board:
        done = deploy(model_file("mlperf_tiny/kws_ref_model"), board.port)
    assert done.arena_bytes < 16000 and done.tried.exact == 2
    assert done.tried.heap_free > 4096


def test_a_model_too_large_for_the_heap_is_told_before_it_is_sent(m4f, tmp_path):
    before = m4f.files()
    with pytest.raises(FitError, match=r"\d+ bytes of heap are missing \(module, core \d+, .*; \d+ are "
                                       r"free, \d+ in one piece\): with --romfs it fits; `tinyml fit"):
        deploy(write_model(tmp_path / "huge.tml", weights=3000), m4f.port)
    assert m4f.files() == before
