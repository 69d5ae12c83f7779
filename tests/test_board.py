# SPDX-License-Identifier: MIT
"""Facts about boards: read as they are, and refused with the name of what is wrong."""

from dataclasses import asdict
from types import SimpleNamespace

import pytest

from tinyml.board import board_from, list_boards, load_board, load_boards, recognised
from tinyml.cli.fitting import boards
from tinyml.device import ARCHS, plugged_in
from tinyml.errors import BoardError
from tinyml.plan.cores import read_costs

FACTS = {
    "name": "b", "description": "d", "arch": "armv6m", "isa": "armv6m",
    "ram_bytes": 1, "flash_bytes": 2,
}  # fmt: skip


@pytest.mark.parametrize("name", list_boards())
def test_every_board_reads(name):
    assert load_board(name).name == name


@pytest.mark.parametrize("name", list_boards())
def test_every_number_that_was_not_measured_has_a_source(name):
    board = load_board(name)
    numbers = {key for key, value in asdict(board).items() if isinstance(value, int)}
    assert board.facts == ("measured" if board.qemu else "data sheets")
    assert board.qemu or set(board.sources) == numbers
    assert board.core is None or board.core in read_costs()
    assert board.arch == "xtensawin" or board.arch in ARCHS


def test_boards_are_recognised_by_what_they_say():
    assert recognised("Raspberry Pi Pico W with RP2040").name == "pico_w"
    assert recognised("PYBv1.1 with STM32F405RG").arch == "armv7emsp"
    assert recognised("ZX81 with Z80") is None
    machines = [board.machine for board in load_boards() if board.machine]
    assert len(set(machines)) == len(machines) >= 15


def test_a_board_that_is_plugged_in_is_listed(monkeypatch):
    port = SimpleNamespace(device="/dev/ttyACM7", vid=0x2e8a, pid=5)
    bluetooth = SimpleNamespace(device="/dev/ttyS0", vid=None, pid=None)
    monkeypatch.setattr("tinyml.device.list_ports.comports", lambda: [port, bluetooth])
    assert plugged_in() == [("/dev/ttyACM7", "2e8a:0005")]
    listed = {}
    monkeypatch.setattr("tinyml.cli.fitting.print_result", lambda rows, _: listed.update(
        {row["name"]: row for row in rows}))
    boards(as_json=True)
    assert listed["pico2"]["ports"] == ["/dev/ttyACM7"] and listed["pyboard"]["ports"] == []
    assert listed["pico2"]["has_module"] and not listed["esp32"]["has_module"]


def test_an_unknown_board_is_refused_with_those_known():
    with pytest.raises(BoardError, match="`zx81` is unknown; known: .*m4f"):
        load_board("zx81")


def test_an_unknown_key_is_named():
    with pytest.raises(BoardError, match="b.toml: unknown key `colour`"):
        board_from(FACTS | {"colour": "red"}, "b.toml")


@pytest.mark.parametrize("key", FACTS)
def test_a_missing_key_is_named(key):
    with pytest.raises(BoardError, match=f"b.toml: key `{key}` is missing"):
        board_from({k: v for k, v in FACTS.items() if k != key}, "b.toml")


def test_a_wrong_type_is_named():
    with pytest.raises(BoardError, match="`ram_bytes` is '64K', not int"):
        board_from(FACTS | {"ram_bytes": "64K"}, "b.toml")


def test_a_source_of_something_else_is_named():
    with pytest.raises(BoardError, match="b.toml: unknown key `weight`"):
        board_from(FACTS | {"sources": {"weight": "a letter balance"}}, "b.toml")
