# SPDX-License-Identifier: MIT
"""What a run took, as rows: per step, per function, per block."""

from tinyml.schedule import Schedule

from .run import Ran


def products_of(schedule: Schedule, name: str, values: dict) -> int:
    """Multiply-accumulates of all firings of a step, those on padding included."""
    out, read = (schedule.rings[values[which]] for which in ("output", "input"))
    outputs = out["height"] * out["width"] * out["channels"]
    return {
        "conv2d": outputs * values["k_h"] * values["k_w"] * read["channels"],
        "depthwise_conv2d": outputs * values["k_h"] * values["k_w"],
        "fully_connected": outputs * read["height"] * read["width"] * read["channels"],
        "conv2d_stack": outputs * read["channels"],
        "depthwise_conv2d_stack": outputs * values.get("taps_h", 0) * values["k_w"],
        "conv2d_unstack": outputs * values.get("filter_channels", 0),
    }.get(name, 0)


def step_rows(schedule: Schedule, ran: Ran) -> list[dict]:
    """A row per step, one for the machine between kernels, and their sum."""
    rows = []
    for i, step in enumerate(ran.steps):
        name, products = step.name, 0
        if i < len(schedule.steps):
            values = schedule.steps[i][1]
            read, out = (schedule.rings[values[which]] for which in ("input", "output"))
            products = products_of(schedule, name, values)
            shapes = "x".join(str(read[k]) for k in ("height", "width", "channels")) + " > " + \
                "x".join(str(out[k]) for k in ("height", "width", "channels"))
            name = f"{i} {name} {values['k_h']}x{values['k_w']}/{values['stride_h']} {shapes}"
        rows.append({"step": name, "firings": step.firings, "products": products,
                     "instructions": step.instructions})
    rows.append({"step": "all"} | {key: sum(row[key] for row in rows) for key in list(rows[0])[1:]})
    for row in rows:
        row["per product"] = row["instructions"] / row["products"] if row["products"] else 0.0
    return rows


def function_rows(ran: Ran) -> list[dict]:
    """A row per function, what takes longest first."""
    totals: dict[str, int] = {}
    for block, length in zip(ran.blocks, ran.lengths, strict=True):
        name = ran.image.function_at(int(block["address"]))
        totals[name] = totals.get(name, 0) + int(length) * int(block["runs"])
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    return [{"function": name, "instructions": total,
             "percent": 100 * total / ran.instructions} for name, total in ordered]


def print_blocks(ran: Ran, count: int) -> None:
    """The blocks that take longest, disassembled."""
    del ran, count
