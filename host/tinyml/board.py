# SPDX-License-Identifier: MIT
"""The facts about a board, read from `boards/<name>.toml`."""

import tomllib
from dataclasses import MISSING, dataclass, fields

from .errors import BoardError
from .shipped import shipped

FOLDER = shipped("boards")


@dataclass(frozen=True)
class Board:
    """One board: facts only, no policy. Sizes in bytes, addresses as the board's CPU sees them."""

    name: str
    description: str
    arch: str  # of the native modules its firmware loads, in MicroPython's words: "armv7emsp"
    isa: str  # the kernels that run on it
    ram_bytes: int  # heap that is free after start
    flash_bytes: int  # room for models
    clock_hz: int | None = None
    # Emulated boards only:
    qemu: tuple = ()  # program and machine, strings
    heap_size_address: int | None = None  # the word that sets the heap's size at start
    heap_bytes_max: int | None = None
    romfs_address: int | None = None
    romfs_bytes: int | None = None


def list_boards() -> list[str]:
    """The names that `load_board` knows."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_board(name: str) -> Board:
    """The facts of one board; whatever is wrong with its file is named."""
    path = FOLDER / f"{name}.toml"
    if name not in list_boards():
        raise BoardError(f"board `{name}` is unknown; known: {', '.join(list_boards())}")
    try:
        facts = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise BoardError(f"boards/{path.name}: {error}") from None
    return board_from(facts, f"boards/{path.name}")


def board_from(facts: dict, source: str) -> Board:
    """Check the keys and types of a board's table."""
    known = {field.name: field for field in fields(Board)}
    for key in facts:
        if key not in known:
            raise BoardError(f"{source}: unknown key `{key}`")
    for key, field in known.items():
        if key not in facts and field.default is MISSING:
            raise BoardError(f"{source}: key `{key}` is missing")
    if "qemu" in facts:
        facts = facts | {"qemu": tuple(facts["qemu"])}
    for key, value in facts.items():
        if not isinstance(value, known[key].type):
            raise BoardError(f"{source}: `{key}` is {value!r}, not {_type_name(known[key].type)}")
    return Board(**facts)


def _type_name(kind) -> str:
    return getattr(kind, "__name__", str(kind))
