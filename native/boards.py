# SPDX-License-Identifier: MIT
"""The facts of boards/*.toml as tables for the manual."""
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "boards"
COLUMNS = ("name", "description", "arch", "clock_hz", "ram_bytes", "largest_bytes", "flash_bytes",
           "romfs_bytes", "facts")


def boards() -> list[dict]:
    """All of them: real ones first."""
    read = [tomllib.loads(path.read_text()) for path in sorted(FOLDER.glob("*.toml"))]
    return sorted(read, key=lambda board: "qemu" in board)


def table() -> str:
    """A row for each board; then of each the source of its numbers."""
    rows = ["| " + " | ".join(f"`{column}`" for column in COLUMNS) + " |",
            "|---|---|---|" + "---:|" * 5 + "---|"]
    for board in boards():
        rows.append("| " + " | ".join(map(_cell, (board.get(key) for key in COLUMNS[:-1])))
                    + f" | {board.get('facts', 'measured')} |")
    return "\n".join((*rows, "", *map(_sources, filter(lambda b: "sources" in b, boards()))))


def _cell(value) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _sources(board: dict) -> str:
    told = "; ".join(f"`{key}`: {source}" for key, source in board["sources"].items())
    return f"- **{board['name']}** says that it is \"{board['machine']}\". {told}."
