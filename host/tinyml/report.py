# SPDX-License-Identifier: MIT
"""Tables that users see."""
from rich.table import Table

from tinyml.board import Board
from tinyml.format import step_named
from tinyml.schedule import Schedule


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


def memory_map(schedule: Schedule, width: int = 64) -> str:
    """The arena at every step: what it writes, what it reads, and what waits for a later step."""
    lines = [f"arena of {schedule.arena_bytes} bytes: █ written, ▒ read, · kept for later"]
    spans = _spans(schedule)

    def column(byte):
        return byte * width // max(schedule.arena_bytes, 1)
    for number, (name, _) in enumerate(schedule.steps):
        bar = [" "] * width
        for begin, end, first, last in spans:
            if first <= number <= last:
                mark = "█" if first == number else "▒" if last == number else "·"
                for at in range(column(begin), max(column(begin) + 1, column(end))):
                    bar[at] = mark
        lines.append(f"{number:3} |{''.join(bar)}| {name}")
    return "\n".join(lines)


def _spans(schedule: Schedule) -> list[list[int]]:
    """[begin, end, step that writes it, last step that reads it] of all that is ever held."""
    spans: list[list[int]] = []

    def hold(index, step):
        ring = schedule.rings[index]
        begin = ring["offset"]
        spans.append([begin, begin + ring["pixels"] * ring["channels"], step, step])

    def read(index, step):
        begin = schedule.rings[index]["offset"]
        next(span for span in reversed(spans) if span[0] == begin)[3] = step
    for port in schedule.ports:
        if port["kind"] == 0:
            hold(port["ring"], -1)
    for number, (name, values) in enumerate(schedule.steps):
        for field in step_named(name).fields:
            if field.role == "ring" and field.name != "output":
                read(values[field.name], number)
        hold(values["output"], number)
    for port in schedule.ports:
        if port["kind"] == 1:
            read(port["ring"], len(schedule.steps))
    return spans


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
