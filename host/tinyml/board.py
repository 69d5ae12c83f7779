# SPDX-License-Identifier: MIT
"""The facts about a board, read from `boards/<name>.toml`."""

import tomllib
from dataclasses import MISSING, dataclass, field, fields

from .errors import BoardError
from .shipped import shipped

FOLDER = shipped("boards")
# The core that a module is written for: what a board has unless its facts say otherwise.
CORES = {"armv6m": "m0", "armv7m": "m3", "armv7emsp": "m4", "armv7emdp": "m7", "rv32imc": "rv32"}


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
    core: str | None = None  # the CPU, if it isn't the one that its arch is written for: "m33"
    largest_bytes: int | None = None  # of the heap in one piece, if it is in several
    romfs_bytes: int | None = None  # of the partition where weights are used in place
    machine: str | None = None  # what its firmware says that it is: `os.uname().machine`
    usb: tuple = ()  # "2e8a:0005": vendor and product that it may show; others may show them too
    facts: str = "measured"  # on the board; or from "data sheets", that is: never tried
    sources: dict = field(default_factory=dict)  # of each number
    # Emulated boards only:
    qemu: tuple = ()  # program and machine, strings
    heap_size_address: int | None = None  # the word that sets the heap's size at start
    heap_bytes_max: int | None = None
    romfs_address: int | None = None


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


def load_boards() -> list[Board]:
    """All that are known."""
    return [load_board(name) for name in list_boards()]


def recognised(machine: str) -> Board | None:
    """The board that calls itself so."""
    return next((board for board in load_boards() if board.machine == machine), None)


def core_of(arch: str, board: Board | None) -> str:
    """Of a module's arch on a board, if that is known; the table of costs (plan/cores.py) may not
    know it."""
    return board and board.core or CORES.get(arch, arch)


def board_from(facts: dict, source: str) -> Board:
    """Check the keys and types of a board's table."""
    known = {field.name: field for field in fields(Board)}
    for key in (*facts, *facts.get("sources", ())):
        if key not in known:
            raise BoardError(f"{source}: unknown key `{key}`")
    for key, fact in known.items():
        if key not in facts and fact.default is MISSING and fact.default_factory is MISSING:
            raise BoardError(f"{source}: key `{key}` is missing")
    facts = {key: tuple(value) if isinstance(value, list) else value
             for key, value in facts.items()}
    for key, value in facts.items():
        if not isinstance(value, known[key].type):
            raise BoardError(f"{source}: `{key}` is {value!r}, not {_type_name(known[key].type)}")
    return Board(**facts)


def _type_name(kind) -> str:
    return getattr(kind, "__name__", str(kind))
