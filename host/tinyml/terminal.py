# SPDX-License-Identifier: MIT
"""Tables that users see on a terminal."""
from rich.bar import Bar
from rich.console import Group
from rich.markup import escape
from rich.table import Table

from tinyml.board import Board, core_of
from tinyml.plan.cores import read_costs

BAR = 9                         # columns
WIDEST = 12                     # classes whose confusions are all printed


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
    table.add_row("products of the model", f"{figures['macs']:,}", *(("",) if board else ()))
    table.add_row("products of a run", f"{figures['executed_macs']:,}", *(("",) if board else ()))
    return table


def deploy_table(figures: dict) -> Table:
    """What is on a board now, and how a model did there."""
    table = Table(title=escape(f"{figures['machine']}, MicroPython {figures['micropython']}"),
                  show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for path, size in figures["sent"].items():
        table.add_row(escape(path), f"{size:,} bytes sent" if size else "as it was")
    if any(figures["sent"].values()):
        table.add_row("time of sending", f"{figures['seconds']:.1f} s")
    if "path" in figures:
        table.add_section()
        table.add_row("golden vectors that are exact", f"{figures['exact']} of {figures['vectors']}")
        table.add_row("one run", f"{figures['microseconds'] / 1000:,.1f} ms")
        table.add_row("arena", f"{figures['arena_bytes']:,} bytes")
        table.add_row("heap that modules and model take", f"{figures['heap_used']:,} bytes")
        table.add_row("heap that is left", f"{figures['heap_free']:,} bytes")
        table.caption = escape(f"tinyml.load({figures['path']!r})")
    return table


def frontier_table(name: str, points: list[dict], board: Board | None) -> Table:
    """Every plan worth knowing, the fastest first."""
    core = board and core_of(board.arch, board)
    core = core if core in read_costs() else "m4"
    table = Table(title=name)
    for column in ("arena", "extra products", f"Mcycles ({core.upper()}, predicted)", "stages") + (
            (f"fits {board.name}",) if board else ()):
        table.add_column(column, justify="right")
    for point in points:
        fits = ("yes" if point["arena_bytes"] <= board.ram_bytes else "no",) if board else ()
        table.add_row(f"{point['arena_bytes']:,} bytes", f"{point['extra_percent']:.1f} %",
                      f"{point['cycles'] / 1e6:.1f}", str(point["stages"]), *fits)
    return table


def bench_table(figures: dict) -> Table:
    """What each op costs, in the order of the schedule, and the whole."""
    whole, ops = figures["instructions"], figures["instructions_per_op"]
    table = Table(title=f"{figures['model']} on {figures['board']}, "
                        f"arena {figures['arena_bytes']:,} bytes")
    table.add_column("", justify="right")
    for column in ("op", "output"):
        table.add_column(column)
    for column in ("products", "instructions", "each", "share"):
        table.add_column(column, justify="right", no_wrap=True)
    for number, op in enumerate(ops):
        table.add_row(str(number), op["kind"], op["name"], *_costs(op, whole))
    rest = whole - sum(op["instructions"] for op in ops)
    table.add_row("", "Python", "", *_costs({"instructions": rest, "products": 0}, whole))
    table.add_section()
    table.add_row("", "one run", "", *_costs(figures, whole))
    return table


def _costs(row: dict, whole: int) -> tuple[str, ...]:
    """The last columns of a row of bench_table."""
    products, instructions = row["products"], row["instructions"]
    return (f"{products:,}" if products else "", f"{instructions:,}",
            f"{instructions / products:.2f}" if products else "",
            f"{100 * instructions / whole:.1f} %")


def profile_table(profile) -> Group:
    """Where the time of a run goes: every op with a bar, stages of several ops with their sum."""
    table = Table(title=f"{escape(profile.model)} on {escape(profile.on)}, "
                        f"arena {profile.arena_bytes:,} bytes")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("op", min_width=16)
    table.add_column("output", overflow="ellipsis")
    for column in (profile.unit, "share"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    most = max((part.cost for part in profile.parts), default=0)
    for stage in profile.stages:
        if stage.first < stage.last:
            table.add_row(f"{stage.first}-{stage.last}", "take turns", "",
                          *_share(profile, profile.cost(stage)), "", style="dim")
        for number in range(stage.first, stage.last + 1):
            part = profile.parts[number]
            table.add_row(str(number), part.kind, escape(part.name.split(";")[0]), *_share(
                profile, part.cost), _bar(part.cost, most))
    table.add_row("", "Python", "", *_share(profile, profile.rest), _bar(profile.rest, most))
    table.add_section()
    table.add_row("", "one run", "", *_share(profile, profile.whole), "")
    return Group(table, escape(profile.culprit))


def _share(profile, cost: float) -> tuple[str, str]:
    return f"{cost:,.0f}", f"{100 * profile.share(cost):.1f} %"


def _bar(cost: float, most: float) -> Bar:
    return Bar(max(most, 1), 0, min(cost, most), width=BAR)


def answer_table(answers: list[list[tuple]]) -> Table:
    """The top classes of each inference."""
    table = Table()
    for column in ("input", "answer", "value"):
        table.add_column(column, justify="left" if column == "answer" else "right")
    for number, answer in enumerate(answers):
        for rank, (label, value) in enumerate(answer):
            table.add_row("" if rank else str(number), str(label), f"{value:.4g}")
    return table


def boards_table(boards: list[dict]) -> Group:
    """What is known of every board, and where one may be plugged in."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    sizes = {"heap": "ram_bytes", "files": "flash_bytes", "ROMFS": "romfs_bytes"}
    for column in ("board", "description", "module", "MHz", *sizes):
        table.add_column(column, no_wrap=True, max_width=26 if column == "description" else None,
                         justify="right" if column in ("MHz", *sizes) else "left")
    for board in boards:
        clock, lacks = board["clock_hz"], "" if board["has_module"] else "no "
        table.add_row(board["name"], board["description"], lacks + board["arch"],
                      f"{clock / 1e6:g}" if clock else "",
                      *(f"{board[key] // 1024}" if board[key] else "" for key in sizes.values()))
    found = [f"{port}: {', '.join(b['name'] for b in boards if port in b['ports'])}"
             for port in dict.fromkeys(port for board in boards for port in board["ports"])]
    return Group(table, "Sizes in KiB. Those of emulated boards are measured, all others from data "
                 "sheets and source (docs/BOARDS.md).", *found)


def fit_table(figures: dict) -> Group:
    """Yes or no, the sum, and the ways out if there must be some."""
    title = f"{figures['model']} on {figures['board']} (facts: {figures['facts']})"
    table = Table()
    table.add_column("RAM")
    table.add_column("bytes", justify="right")
    for part in figures["heap"]:
        table.add_row(part["what"], f"{part['bytes']:,}")
    table.add_section()
    table.add_row("needed", f"{figures['needs_bytes']:,}")
    table.add_row("free", f"{figures['heap_free']:,}")
    if figures["largest_free"] < figures["heap_free"]:
        table.add_row("of that in one piece", f"{figures['largest_free']:,}")
    where = "ROMFS" if figures["weights"] == "in place" else "files"
    has = figures["romfs_bytes"] if where == "ROMFS" else figures["flash_free"]
    flash = f"Flash ({where}): {figures['flash_bytes']:,} of {has:,} bytes."
    if figures["fits"]:
        return Group(escape(title), table, flash, f"Yes, it fits.{_time(figures)}")
    lines = [f"No: {figures['short_bytes']:,} bytes are missing. Ways out:"]
    lines += [_way_line(way) for way in figures["ways"]]
    if figures["smaller_input"]:
        height, width = figures["smaller_input"]
        lines.append(f"  maybe  an input of about {height}x{width}: train the model again for it")
    if figures["boards"]:
        lines.append(f"  yes    another board: {', '.join(figures['boards'])}")
    return Group(escape(title), table, flash, *map(escape, lines))


def _way_line(way: dict) -> str:
    need = f"needs {way['needs_bytes']:,} bytes"
    if way["fits"]:
        return f"  yes    {way['way']}: {need}.{_time(way)}"
    return f"  no     {way['way']}: {way['short_bytes']:,} bytes are missing"


def _time(way: dict) -> str:
    """Cycles and, where the clock is known, milliseconds."""
    if not way["cycles"]:
        return ""
    told = f" A run takes some {way['cycles'] / 1e6:.1f} million cycles"
    return told + (f", {1e3 * way['seconds']:.0f} ms." if way["seconds"] else ".")


def evaluation_table(figures: dict) -> Group:
    """Each class with how often it was right and what it was taken for; then, of not too many
    classes, the whole confusion: a row for what is, a column for what was said."""
    classes, confusion = figures["classes"], figures["confusion"]
    table = Table(title=f"{figures['model']} on {figures['on']}: {100 * figures['accuracy']:.1f} % of "
                        f"{figures['items']} right")
    for column in ("", "class", "items", "precision", "recall", "taken for"):
        table.add_column(column, justify="left" if column in ("class", "taken for") else "right")
    for number, (row, said) in enumerate(zip(classes, confusion)):
        wrong = sorted((-count, other) for other, count in enumerate(said)
                       if count and other != number)
        table.add_row(str(number), row["label"], str(row["items"]), _percent(row["precision"]),
                      _percent(row["recall"]),
                      ", ".join(f"{classes[other]['label']} ({-count})" for count, other in wrong[:3]))
    if len(classes) > WIDEST:
        return Group(table)
    matrix = Table(box=None)
    for column in ("", *map(str, range(len(classes)))):
        matrix.add_column(column, justify="right")
    for number, said in enumerate(confusion):
        matrix.add_row(str(number), *map(str, said))
    return Group(table, "Row: what is. Column: what was said.", matrix)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def diff_table(figures: dict) -> Group:
    """How far each op's output is from the reference's, and where the first difference is."""
    table = Table(title=f"{figures['model']} against {figures['reference']}")
    for column in ("", "op"):
        table.add_column(column, justify="right" if not column else "left", no_wrap=True)
    table.add_column("tensor", no_wrap=True, overflow="ellipsis", max_width=18)
    for column in ("equal", "most", "PSNR", "cosine"):
        table.add_column(column, justify="right", no_wrap=True)
    for number, row in enumerate(figures["ops"]):
        share = "all" if not row["first"] else f"{100 * row['equal'] / row['elements']:.2f} %"
        table.add_row(str(number), row["op"], escape(row["tensor"]), share, str(row["most"] or ""),
                      *("" if row[key] is None else f"{row[key]:{form}}"
                        for key, form in (("psnr", ".1f"), ("cosine", ".4f"))))
    first = figures["first"]
    if first is None:
        return Group(table, "No difference.")
    at = first["first"]
    return Group(table, escape(f"First difference: {first['op']} `{first['tensor']}` at "
                               f"{list(at['index'])}: {at['ours']} here, {at['theirs']} there."))


def check_table(figures: dict) -> Group:
    """What was found, the worst first, and whether the model packs."""
    table = Table(box=None, show_header=False)
    for finding in figures["findings"]:
        way_out = finding["way_out"] and f"; {finding['way_out']}"
        table.add_row(finding["severity"], escape(
            f"{finding['op']} `{finding['name']}`: {finding['found']}{way_out}"))
    verdict = "packs" if figures["packs"] else "does not pack"
    return Group(*[table] * bool(figures["findings"]), f"{escape(figures['model'])} {verdict}.")
