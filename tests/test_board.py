# SPDX-License-Identifier: MIT
"""Facts about boards: read as they are, and refused with the name of what is wrong."""

import pytest

from tinyml.board import board_from, list_boards, load_board
from tinyml.errors import BoardError

FACTS = {
    "name": "b", "description": "d", "arch": "armv6m", "isa": "armv6m",
    "ram_bytes": 1, "flash_bytes": 2,
}  # fmt: skip


@pytest.mark.parametrize("name", list_boards())
def test_every_board_reads(name):
    assert load_board(name).name == name


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
