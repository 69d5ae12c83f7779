# SPDX-License-Identifier: MIT
"""What a board tells of itself, on emulated boards and on answers of boards that are not here."""
import re

import pytest

from tests.test_device import open_or_skip
from tinyml.board import load_board
from tinyml.errors import DeviceError
from tinyml.probe import MODULE_ARCHS, BoardFile, probe
from tinyml.transfer import digests

FILE = bytes(range(256)) * 13 + b"odd"

# Another `sys` for the programs that follow, where a place keeps what one has left.
OTHER_SYS = """\
import sys
class Implementation:
    name, version, _mpy, _machine = {name!r}, {version!r}, {mpy}, "fake"
    def __getitem__(self, index):
        return (self.name, self.version)[index]
class Sys:
    implementation = Implementation()
    path, platform, maxsize, modules = {path!r}, {platform!r}, {maxsize}, sys.modules
sys.modules["sys"] = Sys
"""
WITHOUT = """\
import sys
class Nothing:
    pass
sys.modules[{module!r}] = Nothing
"""


def probe_as(place, name="micropython", version=(1, 25, 0), mpy=6 | 3 << 8 | 7 << 10,
             path=("", ".frozen"), platform="qemu", maxsize=0x7fffffff):
    """The board's answers, had its firmware been another."""
    place.run(OTHER_SYS.format(name=name, version=version, mpy=mpy, path=list(path),
                               platform=platform, maxsize=maxsize))
    return probe(place)


@pytest.fixture
def m4f():
    with open_or_skip("m4f") as place:
        yield place


def test_a_place_tells_what_it_is(place_name):
    with open_or_skip(place_name) as place:
        found = probe(place)
        assert found.arch == place.arch
    assert found.version >= (1, 25, 0) and found.abi == (6, 3)
    assert found.heap_bytes > found.heap_free >= found.largest_free > 0
    assert found.flash_bytes > found.flash_free > 0
    assert found.machine and found.platform and not found.problem and found.installed == ()


def test_a_board_has_the_memory_of_its_facts_file(board):
    facts = load_board(board)
    with open_or_skip(board) as place:
        found = probe(place)
    assert 0 <= facts.ram_bytes - found.heap_free < 2048    # what the question itself leaves
    assert found.romfs_bytes == facts.romfs_bytes and found.romfs_address == facts.romfs_address


def test_the_largest_block_is_the_largest(board):
    with open_or_skip(board) as place:
        size = probe(place).largest_free
        place.reset()           # the answer was what a board has at first
        place.run(f"import gc\ngc.collect()\nbytearray({size} - 1024)")
        with pytest.raises(DeviceError, match="MemoryError"):
            # The question itself lies somewhere in between.
            place.run(f"import gc\ngc.collect()\nbytearray({size} + 4096)")


def test_the_largest_block_is_found_without_help_of_the_firmware(board):
    with open_or_skip(board) as place:
        told = probe(place).largest_free
        place.run(WITHOUT.format(module="micropython"))
        assert abs(probe(place).largest_free - told) < 4096


def test_modules_are_found_with_their_digests(place_name):
    with open_or_skip(place_name) as place:
        place.put("tinyml.mpy", FILE)
        found = probe(place)
    assert found.installed == (BoardFile("tinyml.mpy", len(FILE), digests(FILE)[0]),)
    assert found.find("tinyml.mpy").size == len(FILE) and found.find("_tinyml.mpy") is None


def test_where_sha256_is_missing_crc32_serves(m4f):
    m4f.put("tinyml.mpy", FILE)
    m4f.run(WITHOUT.format(module="hashlib"))
    assert probe(m4f).find("tinyml.mpy").digest == digests(FILE)[1]


def test_the_first_folder_of_the_path_counts(m4f):
    m4f.run("import os\nos.mkdir('/lib')")
    m4f.put("/lib/tinyml.mpy", b"library")
    found = probe_as(m4f, path=("", ".frozen", "/lib"))
    assert found.folder == "/lib" and found.find("tinyml.mpy").path == "/lib/tinyml.mpy"
    m4f.put("tinyml.mpy", b"root")
    assert probe(m4f).find("tinyml.mpy").path == "tinyml.mpy"


@pytest.mark.parametrize("path, folder", [
    (("", ".frozen", "/lib"), "/lib"), (("", ".frozen", "/rom", "/rom/lib", "/lib"), "/lib"),
    (("", "/flash", "/flash/lib", "/sd", "/sd/lib"), "/flash/lib"), (("",), ""),
])
def test_modules_go_where_import_looks(m4f, path, folder):
    assert probe_as(m4f, path=path).folder == folder


@pytest.mark.parametrize("version, mpy, words", [
    ((1, 22, 2), 6 | 2 << 8 | 7 << 10, "MicroPython 1.22.2 loads native modules of version 6.2, ours "
     "are 6.3: flash MicroPython 1.23 or newer"),
    ((1, 30, 0), 7 | 7 << 10, "MicroPython 1.30.0 loads native modules of version 7.0, ours are 6.3: "
     "get a newer tinyml"),
    ((1, 25, 0), 6 | 3 << 8 | 10 << 10, "no module for xtensawin, only for x64, armv6m"),
    ((1, 25, 0), 6 | 3 << 8, "firmware .MicroPython 1.25.0. loads no native modules"),
    ((1, 18), 0, "firmware .MicroPython 1.18. loads no native modules"),
])
def test_a_board_that_takes_no_module_of_ours_says_why(m4f, version, mpy, words):
    found = probe_as(m4f, version=version, mpy=mpy)
    assert found.problem.startswith("`m4f`: ") and "\n" not in found.problem
    assert re.search(words, found.problem)


def test_what_is_not_micropython_is_told(m4f):
    with pytest.raises(DeviceError, match="`m4f` runs circuitpython, not MicroPython"):
        probe_as(m4f, name="circuitpython")


def test_modules_are_built_for_the_architectures_of_all_boards(board):
    assert load_board(board).arch in MODULE_ARCHS
