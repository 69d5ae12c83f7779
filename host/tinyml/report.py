# SPDX-License-Identifier: MIT
"""Tables that users see."""
from rich.table import Table

from tinyml.board import Board


def pack_table(figures: dict, board: Board | None) -> Table:
    """RAM, flash and work of a packed model, against a board if there is one."""
    table = Table(title=figures["name"])
    for column in ("what", "needs") + (("board has",) if board else ()):
        table.add_column(column, justify="left" if column == "what" else "right")
    rows = (("RAM: arena", figures["arena_bytes"], board and board.ram_bytes),
            ("flash: schedule", figures["schedule_bytes"], None),
            ("flash: weights", figures["weight_bytes"], None),
            ("flash: file", figures["file_bytes"], board and board.flash_bytes))
    for what, needs, has in rows:
        limit = (f"{has:,} bytes" if has else "",) if board else ()
        table.add_row(what, f"{needs:,} bytes", *limit)
    table.add_row("products", f"{figures['macs']:,}", *(("",) if board else ()))
    return table


def memory_map(buffers, offsets, arena_bytes: int, width: int = 60) -> str:
    """Every buffer as a bar over the arena, in the order in which they come to life."""
    lines = []
    for buffer, offset in sorted(zip(buffers, offsets), key=lambda pair: pair[0].first):
        begin = offset * width // max(arena_bytes, 1)
        end = max(begin + 1, -(-(offset + buffer.size) * width // max(arena_bytes, 1)))
        lines.append(f"{buffer.first:3}-{buffer.last:<3} |{' ' * begin}{'█' * (end - begin)}"
                     f"{' ' * (width - end)}| {buffer.size:>8} {buffer.name}")
    return "\n".join(lines)


def answer_table(answers: list[list[tuple]]) -> Table:
    """The top classes of each inference."""
    table = Table()
    for column in ("input", "answer", "value"):
        table.add_column(column, justify="left" if column == "answer" else "right")
    for number, answer in enumerate(answers):
        for rank, (label, value) in enumerate(answer):
            table.add_row("" if rank else str(number), str(label), f"{value:.4g}")
    return table


def boards_table(boards: list[Board]) -> Table:
    """What is known of every board."""
    table = Table()
    for column in ("board", "description", "arch", "free heap", "flash for models"):
        table.add_column(column, justify="right" if "f" in column[:2] else "left")
    for board in boards:
        table.add_row(board.name, board.description, board.arch, f"{board.ram_bytes:,}",
                      f"{board.flash_bytes:,}")
    return table
